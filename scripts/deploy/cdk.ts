import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(import.meta.resolve("aws-cdk/bin/cdk"));
const root = fileURLToPath(new URL("../..", import.meta.url));

/** So much of what the CDK printed last is told where it failed and nobody saw it, characters. */
const TOLD = 4000;

/** The CDK failed; what it printed says why. */
export class CdkFailed extends Error {
  constructor(command: string, end: number | NodeJS.Signals | null, said: string) {
    super(`cdk ${command} failed (${end}): ${said === "" ? "see above" : `…${said.slice(-TOLD)}`}`);
    this.name = "CdkFailed";
  }
}

/** How a command of the CDK runs. */
export interface CdkOptions {
  env?: Record<string, string>;
  /** Takes what it prints; the terminal where absent. */
  report?: (text: string) => void;
  /** After so long it is ended, milliseconds. CloudFormation goes on with what it began. */
  timeout?: number;
}

/** Runs the pinned CDK over this repository. @throws CdkFailed */
export async function cdk(args: string[], { env = {}, report, timeout }: CdkOptions = {}): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["inherit", report ? "pipe" : "inherit", report ? "pipe" : "inherit"],
    ...(timeout !== undefined && { timeout }),
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (text) => {
      said = (said + String(text)).slice(-TOLD);
      report?.(String(text));
    });
  }
  const end = await new Promise<number | NodeJS.Signals | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
  if (end !== 0) throw new CdkFailed(args[0] ?? "", end, said);
}
