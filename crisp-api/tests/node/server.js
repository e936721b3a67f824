// A socket.io server that behaves as Crisp does, and tells on its output what it is told, one JSON text a line.
// On its input it takes {"from": number, "count": number}: so many messages, numbered from there, to every client.
"use strict";

const { createServer } = require("node:http");
const { createInterface } = require("node:readline");

const { Server } = require("socket.io");

const { port, answer, pingInterval, pingTimeout } = JSON.parse(process.argv[2]);

const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const http = createServer();
const io = new Server(http, { path: "/w/xx/", transports: ["websocket"], pingInterval, pingTimeout });

io.on("connection", (socket) => {
  socket.on("authentication", (payload) => {
    tell({ authentication: payload });
    if (answer === "authenticated") {
      socket.join("authenticated");
      socket.emit("authenticated", true);
    } else if (answer === "unauthorized") {
      socket.emit("unauthorized", { message: "invalid session" });
      socket.disconnect();
    }
  });
  for (const name of ["socket:bind", "socket:bind:push", "socket:bind:pop"]) {
    socket.on(name, (payload) => tell({ [name]: payload }));
  }
  socket.on("disconnect", (reason) => tell({ disconnect: reason }));
});

createInterface({ input: process.stdin }).on("line", (line) => {
  const { from, count, padding } = JSON.parse(line);
  for (let number = from; number < from + count; number += 1) {
    io.to("authenticated").emit("message:send", {
      website_id: "8c842203-7ed8-4e29-a608-7cf78a7d2fcc",
      session_id: "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881",
      type: "text",
      from: "user",
      origin: "chat",
      content: "Hello".padEnd(padding ?? 0, "."),
      fingerprint: number,
      timestamp: 1763812800000,
      user: {},
    });
  }
});

http.listen(port, "127.0.0.1", () => tell({ port: http.address().port }));
