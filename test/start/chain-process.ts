import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { jsonRpc, type Rpc } from "./json-rpc.ts";

const main = new URL("../../scripts/start/chain/main.ts", import.meta.url).pathname;

/** Quick blocks, so that a test sees many in a second. */
const quick = { CHAIN_BLOCK_SECONDS: "0.05", CHAIN_IDLE_SECONDS: "30" };

/** The embedded chain as a process of its own, to be killed for real. */
export class ChainProcess {
  readonly url: string;
  readonly rpc: Rpc;
  readonly ended: Promise<{ code: number | null; said: string }>;
  readonly #home: string;
  readonly #child: ChildProcess;

  private constructor(home: string, child: ChildProcess, url: string, ended: ChainProcess["ended"]) {
    this.#home = home;
    this.#child = child;
    this.url = url;
    this.rpc = jsonRpc(url);
    this.ended = ended;
  }

  /** Starts it on a free port. Fails with what it said where it ends instead. */
  static async start(home: string, variables: Record<string, string> = {}): Promise<ChainProcess> {
    const env = { PATH: process.env["PATH"], CHAIN_HOME: home, CHAIN_PORT: "0", ...quick, ...variables };
    const child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    const ended = once(child, "exit").then(([code]) => ({ code, said }));
    const url = await new Promise<string>((resolve, reject) => {
      const hear = (chunk: Buffer): void => {
        said += chunk.toString();
        const address = /at (http:\S+), block/.exec(said)?.[1];
        if (address !== undefined) resolve(address);
      };
      child.stdout?.on("data", hear);
      child.stderr?.on("data", hear);
      void ended.then(({ code }) => reject(new Error(`The chain ended with ${code}: ${said}`)));
    });
    return new ChainProcess(home, child, url, ended);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get anvilPid(): number {
    return JSON.parse(readFileSync(join(this.#home, "parts.json"), "utf8")).anvil.pid;
  }

  /** kill -9 of the front, of anvil, or of both; resolves when the front is gone. */
  async kill(what: "front" | "anvil" | "both" = "front"): Promise<void> {
    const anvil = this.anvilPid;
    if (what !== "anvil") process.kill(this.pid, "SIGKILL");
    if (what !== "front") process.kill(anvil, "SIGKILL");
    await this.ended;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGTERM");
    await this.ended;
  }
}
