// Writes vectors.json: deliveries with signatures that the official Node wrapper accepts.
//
//   npm install crisp-api@11.3.0
//   node path/to/vectors.mjs
//
// Run it where the wrapper is installed, in any folder.

import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const { Crisp } = createRequire(join(process.cwd(), "x"))("crisp-api");

const client = new Crisp();
client.setRtmMode("webhooks");
// The wrapper verifies webhooks only if there is a listener.
await client.on("message:send", () => {});

const website_id = "8c842203-7ed8-4e29-a608-7cf78a7d2fcc";
const session_id = "session_700c65e1-85e2-465a-b9ac-ecb5ec2c9881";
const message = (content, more = {}) => ({
  website_id,
  event: "message:send",
  data: {
    website_id, session_id, type: "text", from: "user", origin: "chat", content,
    fingerprint: 163466085168310, timestamp: 1763812800000, user: {}, ...more,
  },
  timestamp: 1763812800001,
});
const custom = (data) => ({ website_id, event: "acme:custom", data, timestamp: 1763812800001 });

let deep = "core";
for (let level = 0; level < 100; level++) deep = level % 2 ? [deep] : { deep };

const secret = "f7f9bb4a3f2d9f6c5b0a";
const cases = {
  plain: [secret, message("Hello")],
  unicode: [secret, message("Grüße, 世界! 👩‍👩‍👧 \u202e\u2028\u2029 e\u0301 \u0000\u001f\u007f \"\\/ </script>")],
  "lone surrogate": [secret, message("\ud800 alone")],
  floats: [secret, custom([0, -0, 0.1, 1.5e300, 1e21, 1e-7, 5e-324, 0.30000000000000004,
    1.7976931348623157e308, 12345678901234567890, 9007199254740993, -1.0])],
  nested: [secret, custom({ deep, mixed: [[], {}, [{}], { "": null }, true, false, null] })],
  "empty data": [secret, custom({})],
  "data null": [secret, custom(null)],
  large: [secret, message("0123456789abcdef".repeat(256))],
  "unicode secret": ["sécret-🔑", message("Hello")],
  "secret of a block": ["k".repeat(64), message("Hello")],
  "secret longer than a block": ["k".repeat(200), message("Hello")],
};

const vectors = Object.entries(cases).map(([name, [secret, delivery]]) => {
  const timestamp = 1763812801234;
  const body = JSON.stringify(delivery);
  const signature = createHmac("sha256", secret).update(`[${timestamp};${body}]`).digest("hex");
  const parsed = JSON.parse(body);
  for (const verify of ["verifyHook", "verifyWidget"]) {
    if (client[verify](secret, parsed, timestamp, signature) !== true) {
      throw new Error(`${verify} of the wrapper rejects ${name}`);
    }
    if (client[verify](secret, parsed, timestamp + 1, signature) !== false) {
      throw new Error(`${verify} of the wrapper accepts another timestamp for ${name}`);
    }
  }
  return { name, secret, timestamp, body, signature };
});
writeFileSync(new URL("vectors.json", import.meta.url), `${JSON.stringify(vectors, null, 2)}\n`);
