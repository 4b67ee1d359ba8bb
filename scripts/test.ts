/**
 * `npm test [-- NAME…]`: everything that must hold before a change lands, three steps at a time (they wait more than
 * they work), and one line over all runners at the end: `N passed, N failed, N skipped`. A step that counts nothing
 * itself counts as one.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Counts } from "./counts.ts";
import { countsOf } from "./counts.ts";
import { roomiestFolder } from "./roomiest-folder.ts";

interface Step {
  name: string;
  command: string[];
}

const mocha = (...folders: string[]) => ["mocha", ...folders.map((folder) => `test/${folder}/*.test.ts`)];

/** The longest first, so that all lanes end at about the same time; what compiles contracts comes one after another. */
const steps: Step[] = [
  { name: "kills and difficult chains", command: mocha("faults") },
  { name: "end to end", command: mocha("end-to-end", "*/end-to-end") },
  {
    name: "core",
    command: mocha(
      "core",
      "core/accepting",
      "core/administering",
      "core/chain",
      "core/functions",
      "core/http",
      "core/auditing",
      "core/signing",
      "core/watching",
      "costs",
    ),
  },
  { name: "generated code is fresh", command: ["node", "scripts/generate.ts", "--check"] },
  { name: "templates", command: mocha("core/cdk") },
  { name: "types", command: ["tsc", "--noEmit", "-p", "."] },
  { name: "lint", command: ["oxlint", "--deny-warnings"] },
  { name: "format", command: ["prettier", "--check", "--log-level", "warn", "."] },
  { name: "contracts in Solidity", command: ["hardhat", "test", "solidity"] },
  { name: "contracts", command: mocha("*/contracts") },
  { name: "proofs", command: ["node", "scripts/points/prove.ts"] },
  { name: "points", command: mocha("points") },
  { name: "one machine", command: mocha("start") },
];

const wanted = process.argv.slice(2);
const chosen = steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no step ${unknown.join(", ")}. There are: ${steps.map(({ name }) => `"${name}"`).join(", ")}.`,
  );
  process.exit(2);
}
const failures: string[] = [];
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const scratch = mkdtempSync(join(roomiestFolder(), "kapok-test-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
await Promise.all([lane(), lane(), lane()]);
for (const failure of failures) console.log(failure);
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

async function lane(): Promise<void> {
  for (let step = chosen.shift(); step; step = chosen.shift()) {
    const counts = await run(step);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
}

/** Runs a step, and shows what it said once it has ended: at the very end where it failed, so that nobody has to look for it. */
function run({ name, command }: Step): Promise<Counts> {
  const began = Date.now();
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const env = { ...process.env, TMPDIR: scratch };
    const child = spawn(program!, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", (error) => (output += String(error)));
    child.on("close", (code) => {
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      const said = `\n— ${name} (${command.join(" ")}): ${code === 0 ? "done" : "FAILED"} in ${seconds} s\n`;
      console.log(code === 0 ? said + output : said);
      if (code !== 0) failures.push(said + failing(output));
      resolve(countsOf(output, code ?? 1));
    });
  });
}

/** What is worth reading of a step that failed: mocha's list of failures, or all of it. */
function failing(output: string): string {
  const at = output.search(/^\s*\d+ failing$/m);
  return at < 0 ? output : output.slice(at);
}
