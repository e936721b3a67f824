// Connects the official client to REST_HOST and takes COUNT messages. Then it prints the nanoseconds from the first to
// the last, and the most memory that it had, in KiB:
//   node count.js REST_HOST COUNT

"use strict";

const { Crisp } = require("crisp-api");

const [ host, count ] = process.argv.slice(2);

const client = new Crisp();

client.setRestHost(host);
client.authenticateTier("plugin", "identifier", "key");

let taken = 0;
let first;

client.on("message:send", (message) => {
  first ??= process.hrtime.bigint();
  taken += Number(message.type === "text");
  if (taken === Number(count)) {
    console.log(`${process.hrtime.bigint() - first} ${process.resourceUsage().maxRSS}`);
    process.exit(0);
  }
});
