// Connects the official client to the mock, and prints what it is told, one JSON value a line:
//   node events.js REST_HOST EVENT…
// It ends when its standard input does.

"use strict";

const { Crisp } = require("crisp-api");

const [ host, ...events ] = process.argv.slice(2);

const print = (name, data) => console.log(JSON.stringify({ name, data }));

const client = new Crisp();

client.setRestHost(host);
client.authenticateTier("plugin", "identifier", "key");

const bound = events.map((name) => client.on(name, (data) => print(name, data)));

// The client doesn't tell when it is authenticated, but its socket does.
Promise.all(bound).then(() => {
  client._socket.on("authenticated", (data) => print("authenticated", data));
});

process.stdin.resume().on("end", () => process.exit(0));
