import { execFile } from "node:child_process";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * Runs one of our programs to its end while this process goes on: the proxies between functions and what they call stand in
 * it. @throws with what it said where it fails
 */
export async function program(script: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<void> {
  const options = { cwd, env: { ...process.env, ...env }, timeout: 180_000, maxBuffer: 2 ** 26 };
  await execute(process.execPath, [script, ...args], options).catch((error) => {
    throw new Error(`${script}: ${String(error.stdout).slice(-2000)}${String(error.stderr).slice(-2000)}`);
  });
}
