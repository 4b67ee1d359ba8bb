/** The toy app, really deployed into an emulator that all tests of a run share. */
import { execFile } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { build } from "esbuild";
import { startEmulator } from "../../scripts/emulate/emulator.ts";
import type { Emulator, EmulatorOptions } from "../../scripts/emulate/emulator.ts";

const run = promisify(execFile);
const app = fileURLToPath(new URL("toy/app.ts", import.meta.url));
const entry = fileURLToPath(new URL("toy/function.ts", import.meta.url));

/** What the stack says of itself. */
export interface Outputs {
  ApiUrl: string;
  KeyArn: string;
  TableArn: string;
  PoolId: string;
  ClientId: string;
  DeadLettersUrl: string;
  Answer: string;
}

export class DeployedToy {
  readonly emulator: Emulator;
  readonly folder: string;

  private constructor(emulator: Emulator, folder: string) {
    this.emulator = emulator;
    this.folder = folder;
  }

  static async start(options: Partial<EmulatorOptions> = {}): Promise<DeployedToy> {
    const folder = mkdtempSync(join(tmpdir(), "kapok-toy-"));
    const emulator = await startEmulator({ folder: join(folder, "emulator"), ...options });
    const toy = new DeployedToy(emulator, folder);
    await build({
      entryPoints: [entry],
      bundle: true,
      platform: "node",
      target: "node24",
      format: "esm",
      outfile: join(folder, "bundle", "index.mjs"),
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
      logLevel: "error",
    });
    await toy.cdk(["bootstrap", `aws://${emulator.account}/${emulator.region}`]);
    return toy;
  }

  /** Runs the real CDK, and gives what it said. */
  async cdk(args: string[], variables: Record<string, string> = {}): Promise<string> {
    const cwd = join(this.folder, "cdk");
    mkdirSync(cwd, { recursive: true });
    const common = ["--app", `node ${app}`, "--no-notices", "--no-color", "--ci"];
    const env = {
      PATH: process.env["PATH"],
      HOME: this.folder,
      TOY_BUNDLE: join(this.folder, "bundle"),
      ...this.emulator.environment,
      ...variables,
    };
    const { stdout, stderr } = await run("cdk", [...args, ...common], {
      cwd,
      env,
      timeout: 120_000,
      maxBuffer: 2 ** 26,
    });
    return stdout + stderr;
  }

  async deploy(variables: Record<string, string> = {}): Promise<{ said: string; outputs: Outputs }> {
    const file = join(this.folder, "outputs.json");
    const args = ["deploy", "--all", "--require-approval", "never", "--progress", "events", "--outputs-file", file];
    const said = await this.cdk(args, variables);
    return { said, outputs: JSON.parse(readFileSync(file, "utf8")).toy };
  }

  log(): string {
    return readFileSync(this.emulator.log, "utf8");
  }
}
