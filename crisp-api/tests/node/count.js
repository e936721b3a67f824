// Connects the official client to REST_HOST and receives COUNT messages. Then it prints the nanoseconds since the
// first, those of CPU time, and the peak of its memory in KiB:
//   node count.js REST_HOST COUNT

"use strict";

const { Crisp } = require("crisp-api");

const [ host, count ] = process.argv.slice(2);

const client = new Crisp();

client.setRestHost(host);
client.authenticateTier("plugin", "identifier", "key");

let received = 0;
let first;

client.on("message:send", (message) => {
  first ??= { time: process.hrtime.bigint(), cpu: process.cpuUsage() };
  received += Number(message.type === "text");
  if (received === Number(count)) {
    const { user, system } = process.cpuUsage(first.cpu);
    console.log(process.hrtime.bigint() - first.time + "", (user + system) * 1000, process.resourceUsage().maxRSS);
    process.exit(0);
  }
});
