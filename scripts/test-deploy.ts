/**
 * `npm run test:deploy`: deploys Kapok for real into an emulator of AWS, and puts what is deployed to the test. It needs
 * Python 3.10 or later, which the emulator is written in. Ends with one line: `N passed, N failed, N skipped`. A test that is
 * skipped is one that failed.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { roomiestFolder } from "./roomiest-folder.ts";

/** In the order in which they run, over one and the same deployment. */
const files = ["kills", "suites", "sweeping", "changes", "joining", "rights", "canaries", "again", "edge"];

const scratch = mkdtempSync(join(roomiestFolder(), "kapok-deploy-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
const began = Date.now();
const wanted = process.argv.slice(2);
const chosen = files.filter((name) => wanted.length === 0 || wanted.includes(name));
const emulator = wanted.length === 0 || wanted.includes("emulator") ? ["test/emulate/*.test.ts"] : [];
const paths = [...chosen.map((name) => `test/deployed/${name}.test.ts`), ...emulator];
const child = spawn("mocha", ["--sort=false", ...paths], {
  env: { ...process.env, TMPDIR: scratch },
  stdio: ["ignore", "pipe", "inherit"],
});
let output = "";
child.stdout.on("data", (chunk) => {
  output += chunk;
  process.stdout.write(chunk);
});
child.on("close", (code) => {
  const sum = (word: string) =>
    [...output.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].reduce(
      (total, [, count]) => total + Number(count),
      0,
    );
  const [passed, skipped] = [sum("passing"), sum("pending")];
  const failed = sum("failing") + skipped || (code === 0 ? 0 : 1);
  console.log(`\n${((Date.now() - began) / 60_000).toFixed(1)} minutes\n${passed} passed, ${failed} failed, 0 skipped`);
  process.exit(failed === 0 ? 0 : 1);
});
