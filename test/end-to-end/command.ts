import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a program ended, and what it said until then. */
export interface Ended {
  /** Its exit code, or the signal that ended it. */
  code: number | NodeJS.Signals;
  output: string;
}

/** For how long a program may run: one that should have ended must not outlive its test. */
const LONGEST = 60_000;

/** Runs one of our programs, `scripts/<script>`, to its end. */
export function command(script: string, args: string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const path = fileURLToPath(new URL(`../../scripts/${script}`, import.meta.url));
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, [path, ...args], {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LONGEST,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code: code ?? signal!, output }));
  });
}
