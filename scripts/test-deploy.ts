/**
 * `npm run test:deploy [-- NAME… | -- --mutants [NAME…]]`: deploys Kapok for real into an emulator of AWS, and puts what is deployed to the test. It
 * needs Python 3.10 or later, which the emulator is written in. Ends with one line: `N passed, N failed, N skipped`. A test
 * that is skipped is one that failed: nothing here has a reason to be.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { countsOf } from "./counts.ts";
import { catchMutants } from "./mutants/catch-mutants.ts";
import { roomiestFolder } from "./roomiest-folder.ts";

/** In the order in which they run, over one and the same deployment; at last the emulator itself. */
const parts = Object.fromEntries([
  ...[
    "waking",
    "costs",
    "kills",
    "suites",
    "sweeping",
    "changes",
    "joining",
    "rights",
    "canaries",
    "again",
    "edge",
  ].map((name) => [name, `test/deployed/${name}.test.ts`]),
  ["emulator", "test/emulate/*.test.ts"],
]) as Record<string, string>;

const wanted = process.argv.slice(2);
if (wanted[0] === "--mutants") process.exit((await catchMutants(wanted.slice(1))) ? 0 : 1);
const stranger = wanted.find((name) => !(name in parts));
if (stranger !== undefined) {
  console.error(`There is no part ${stranger}. There are: ${Object.keys(parts).join(", ")}.`);
  process.exit(2);
}
const paths = Object.entries(parts).flatMap(([name, path]) =>
  wanted.length === 0 || wanted.includes(name) ? path : [],
);
const scratch = mkdtempSync(join(roomiestFolder(), "kapok-deploy-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const began = Date.now();
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
  const { passed, failed, skipped } = countsOf(output, code ?? 1);
  console.log(`\n${((Date.now() - began) / 60_000).toFixed(1)} minutes`);
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exit(failed + skipped === 0 ? 0 : 1);
});
