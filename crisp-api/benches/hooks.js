// The Node wrapper's side of the benchmark `hooks`: decodes the same delivery, and verifies it.
//
//   npm install --prefix target/tmp/node crisp-api@11.3.0
//   NODE_PATH=target/tmp/node/node_modules node crisp-api/benches/hooks.js

const { createHmac } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

const { Crisp } = require("crisp-api");

const SECRET = "f7f9bb4a3f2d9f6c5b0a";
const NOW = "1763812801234";

const data = readFileSync(join(__dirname, "message.json"), "utf8").trim();
const text = `{"website_id":"8c842203-7ed8-4e29-a608-7cf78a7d2fcc","event":"message:send","data":${data},"timestamp":1763812800001}`;
const body = Buffer.from(text);
const signature = createHmac("sha256", SECRET).update(`[${NOW};${text}]`).digest("hex");

const crisp = new Crisp();
// Widgets are verified by the same code, and `verifyHook` needs a loopback that is bound.
const deliver = () => crisp.verifyWidget(SECRET, JSON.parse(body), NOW, signature);
if (deliver() !== true) {
  throw new Error("the delivery was rejected");
}

// The fastest of 500 samples of 100 deliveries.
let fastest = Infinity;
for (let sample = 0; sample < 500; sample += 1) {
  const start = process.hrtime.bigint();
  for (let count = 0; count < 100; count += 1) {
    deliver();
  }
  fastest = Math.min(fastest, Number(process.hrtime.bigint() - start) / 100);
}
console.log(`verify_and_decode: ${(fastest / 1000).toFixed(1)} µs`);
process.exit();
