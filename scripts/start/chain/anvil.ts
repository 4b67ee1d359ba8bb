/** The anvil process that the front speaks for: started by it, spoken to by nobody else, ended with it. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { spawnRecorded } from "../recorded-child.ts";
import { freePort } from "../ports.ts";
import { ProcessRecords } from "../process-records.ts";
import { findAnvil } from "../programs.ts";
import type { Genesis } from "./genesis.ts";

/** What anvil refused, as it said it. */
export class AnvilRefusal extends Error {
  override readonly name = "AnvilRefusal";
  readonly code: number;
  /** anvil's words alone; the message names the method too. */
  readonly reason: string;
  constructor(method: string, error: { code: number; message: string }) {
    super(`${method}: ${error.message}`);
    this.code = error.code;
    this.reason = error.message;
  }
}

export interface AnvilCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

export type Outcome<Result> =
  { readonly result: Result } | { readonly error: { readonly code: number; readonly message: string } };

export interface AnvilStart {
  readonly home: string;
  readonly genesis: Genesis;
  /** For how many blocks back it keeps state. */
  readonly stateHistory: number;
  /** The snapshot to start from; without it, the genesis. */
  readonly snapshot?: string | undefined;
}

export class Anvil {
  /** Resolves with the reason when the process is gone. */
  readonly gone: Promise<string>;
  readonly #child: ChildProcess;
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.#port = port;
    process.on("exit", () => this.kill());
    this.gone = once(child, "exit").then(([code, signal]) => `anvil ended (${signal ?? `exit code ${code}`})`);
  }

  /** Ends what an earlier front of this home left behind, starts anvil, and waits until it answers. */
  static async start({ home, genesis, stateHistory, snapshot }: AnvilStart): Promise<Anvil> {
    const records = new ProcessRecords(home);
    await records.endAll(0);
    const port = await freePort();
    const options: Record<string, string | number> = {
      "--host": "127.0.0.1",
      "--port": port,
      "--chain-id": genesis.chainId,
      "--gas-limit": genesis.gasLimit,
      "--timestamp": genesis.timestamp,
      "--hardfork": "cancun",
      "--order": "fifo",
      "--base-fee": 0,
      "--gas-price": 0,
      "--accounts": 0,
      "--prune-history": stateHistory,
      ...(snapshot === undefined ? {} : { "--load-state": snapshot }),
    };
    const flags = ["--no-mining", "--disable-min-priority-fee", "--no-request-size-limit", "--no-cors", "--quiet"];
    const child = spawnRecorded(
      findAnvil(),
      [...flags, ...Object.entries(options).flatMap(([name, value]) => [name, String(value)])],
      // What anvil caches under the home of its user goes with the chain.
      { output: "pipe", env: { HOME: home, PATH: process.env["PATH"] } },
      (identity) => records.remember("anvil", identity),
    );
    child.stdout?.pipe(process.stdout, { end: false });
    child.stderr?.pipe(process.stderr, { end: false });
    const anvil = new Anvil(child, port);
    await Promise.race([
      anvil.#answers(),
      anvil.gone.then((reason) => Promise.reject(new Error(`${reason} at start`))),
    ]);
    return anvil;
  }

  /** Ends it at once: it holds nothing that the log does not. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Calls one method. @throws AnvilRefusal */
  async call<Result>(method: string, ...params: readonly unknown[]): Promise<Result> {
    const answer = await this.#ask<Outcome<Result>>({ jsonrpc: "2.0", id: 1, method, params });
    if ("error" in answer) throw new AnvilRefusal(method, answer.error);
    return answer.result;
  }

  /** Calls several methods in one request. What was refused is among the outcomes, not thrown. */
  async callAll(calls: readonly AnvilCall[]): Promise<Outcome<unknown>[]> {
    return this.#ask<Outcome<unknown>[]>(calls.map((call, id) => ({ jsonrpc: "2.0", id, ...call })));
  }

  /** Passes a request on as it stands, and gives the answer as it comes. */
  send(body: Buffer): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { "content-type": "application/json", "content-length": body.length };
      const call = request({ agent: this.#agent, host: "127.0.0.1", port: this.#port, method: "POST", headers });
      call.on("response", resolve);
      call.on("error", reject);
      call.end(body);
    });
  }

  async #ask<Answer>(request: unknown): Promise<Answer> {
    const response = await this.send(Buffer.from(JSON.stringify(request)));
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString()) as Answer;
  }

  async #answers(): Promise<void> {
    for (;;) {
      try {
        await this.call("eth_chainId");
        return;
      } catch {
        await sleep(10);
      }
    }
  }
}
