/**
 * `npm test`: everything that must hold before a change lands, one after another, and one line over all runners at the
 * end: `N passed, N failed, N skipped`. A step that counts nothing itself counts as one.
 */
import { spawn } from "node:child_process";
import { resolve as absolute } from "node:path";

interface Step {
  name: string;
  command: string[];
  /** Finds a runner's own counts in its output. */
  counts?: (output: string) => Counts;
}

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const steps: Step[] = [
  { name: "generated code is fresh", command: ["node", "scripts/generate.ts", "--check"] },
  { name: "types", command: ["tsc", "--noEmit", "-p", "."] },
  { name: "lint", command: ["oxlint", "--deny-warnings"] },
  { name: "format", command: ["prettier", "--check", "--log-level", "warn", "."] },
  { name: "proofs", command: ["node", "scripts/prove.ts"], counts: mochaCounts },
  { name: "contracts", command: ["hardhat", "test", "solidity"], counts: mochaCounts },
  { name: "everything else", command: ["mocha"], counts: mochaCounts },
];

const wanted = process.argv.slice(2);
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
for (const step of steps.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
  const { code, output } = await run(step);
  const own = step.counts?.(output);
  const counts = own && own.passed + own.failed > 0 ? own : { passed: code === 0 ? 1 : 0, failed: 0, skipped: 0 };
  if (code !== 0 && counts.failed === 0) counts.failed = 1;
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

/** Runs a step and shows what it says as it says it. */
function run({ name, command }: Step): Promise<{ code: number; output: string }> {
  const began = Date.now();
  console.log(`\n— ${name}: ${command.join(" ")}`);
  const [program, ...args] = command;
  return new Promise((resolve) => {
    // Tests start many processes of ours: what Node compiled for one, it need not compile for the next.
    const env = { NODE_COMPILE_CACHE: absolute("node_modules/.cache/node"), ...process.env };
    const child = spawn(program!, args, { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => {
        output += chunk;
        process.stdout.write(chunk);
      });
    }
    child.on("error", (error) => (output += String(error)));
    child.on("close", (code) => {
      console.log(`— ${name}: ${code === 0 ? "done" : "FAILED"} in ${((Date.now() - began) / 1000).toFixed(1)} s`);
      resolve({ code: code ?? 1, output });
    });
  });
}

/** The lines `N passing`, `N failing`, `N pending` that mocha and its kin end with. */
function mochaCounts(output: string): Counts {
  const sum = (words: string) => {
    const lines = output.matchAll(new RegExp(`^\\s*(\\d+) (?:${words})\\b`, "gm"));
    return [...lines].reduce((sum, [, count]) => sum + Number(count), 0);
  };
  return { passed: sum("passing|passed"), failed: sum("failing|failed"), skipped: sum("pending|skipped") };
}
