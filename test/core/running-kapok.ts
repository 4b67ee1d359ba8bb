import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../scripts/start/ports.ts";
import type { Credentials } from "../../scripts/start/home.ts";
import { ApiClient } from "./api-client.ts";

const main = fileURLToPath(new URL("../../scripts/start/main.ts", import.meta.url));

/** Settings of a small alliance; a test changes what it is about. */
export function settingsOf(points: Record<string, unknown> = {}, others: Record<string, unknown> = {}) {
  return {
    book: "create",
    organisations: [
      { id: "hotel-a", name: "Hotel A", roles: ["points:merchant"] },
      { id: "hotel-b", name: "Hotel B", roles: ["points:merchant"] },
      { id: "park-c", name: "Park C", roles: ["points:merchant"] },
      { id: "office", name: "Office", roles: ["points:operator"] },
    ],
    points: {
      currency: "CNY",
      periodSeconds: 7776000,
      periods: 8,
      issuePricePerThousand: 900,
      redeemPricePerThousand: 800,
      dailyIssueCap: 10_000_000,
      ...points,
    },
    ...others,
  };
}

export interface StartOptions {
  /** An existing home is gone on with; a new one is made otherwise. */
  home?: string;
  settings?: unknown;
  env?: NodeJS.ProcessEnv;
  args?: string[];
  port?: number;
}

/** A whole Kapok in processes of its own, as `npm start` runs it. */
export class RunningKapok {
  readonly home: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** What it printed so far. */
  output = "";
  private readonly options: StartOptions;

  private constructor(options: StartOptions, home: string, port: number) {
    this.options = options;
    this.home = home;
    this.port = port;
    const env: NodeJS.ProcessEnv = { ...process.env, KAPOK_HOME: home, PORT: String(port), ...options.env };
    if (options.settings) {
      const path = join(home, "settings.json");
      writeFileSync(path, JSON.stringify(options.settings));
      env["KAPOK_SETTINGS"] = path;
    }
    this.process = spawn(process.execPath, [main, ...(options.args ?? [])], { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.process.stdout!, this.process.stderr!])
      stream.on("data", (chunk) => (this.output += chunk));
  }

  /** Starts one and waits until it says that it runs. @throws with its output when it ends instead */
  static async start(options: StartOptions = {}): Promise<RunningKapok> {
    const kapok = await RunningKapok.begin(options);
    await kapok.runs();
    return kapok;
  }

  /** Starts one without waiting. */
  static async begin(options: StartOptions = {}): Promise<RunningKapok> {
    const home = options.home ?? mkdtempSync(join(tmpdir(), "kapok-"));
    return new RunningKapok(options, home, options.port ?? (await freePort()));
  }

  async runs(): Promise<void> {
    while (!this.output.includes("Kapok runs.")) {
      if (this.process.exitCode !== null || this.process.signalCode !== null) throw new Error(this.output);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  get apiUrl(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  credentials(): Credentials {
    return this.read<Credentials>("credentials.json");
  }

  /** A file of the home. */
  read<T>(name: string): T {
    return JSON.parse(readFileSync(join(this.home, name), "utf8")) as T;
  }

  client(organisation: string): ApiClient {
    return new ApiClient(this.credentials(), organisation);
  }

  /** The process ids of its parts, by name. */
  parts(): Record<string, number> {
    const records = this.read<Record<string, { pid: number }>>("parts.json");
    return Object.fromEntries(Object.entries(records).map(([name, { pid }]) => [name, pid]));
  }

  /** Ends it as Ctrl-C does. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  /** Kills the supervisor without warning; its parts are orphans until the next start. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill(signal);
    await ended;
  }

  /** The same home again, with the same port. */
  async startAgain(options: Partial<StartOptions> = {}): Promise<RunningKapok> {
    return RunningKapok.start({ ...this.options, home: this.home, port: this.port, ...options });
  }

  /** Stops it and removes everything. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** The last lines of a part's log. */
  log(part: string): string {
    return readFileSync(join(this.home, "logs", `${part}.log`), "utf8");
  }
}

export const newKey = () => randomUUID();
