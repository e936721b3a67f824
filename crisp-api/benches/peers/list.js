// Lists conversations with the official client, AT_ONCE calls at a time:
//   node list.js BASE_URL WEBSITE_ID AT_ONCE WARM_UP CALLS
// Prints the CPU time of CALLS calls, after WARM_UP others, in microseconds.

"use strict";

const { Crisp } = require("crisp-api");

const [ baseUrl, websiteId, ...counts ] = process.argv.slice(2);
const [ atOnce, warmUp, calls ] = counts.map(Number);

const client = new Crisp();

client.setRestHost(baseUrl.replace(/\/v1$/, ""));
client.authenticateTier("plugin", "identifier", "key");

async function list(count) {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      const conversations = await client.website.listConversations(websiteId, 1);
      if (conversations.length !== 50) {
        throw new Error(`${conversations.length} conversations`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function main() {
  await list(warmUp);
  const before = process.cpuUsage();
  await list(calls);
  const { user, system } = process.cpuUsage(before);
  console.log(user + system);
  process.exit(0);
}

main();
