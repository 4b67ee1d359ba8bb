/**
 * A chain that makes it difficult: a JSON-RPC proxy before any node, with everything a consortium chain does to its
 * clients on a bad day, each behind a switch. All switches are off at first, and can be turned at any moment.
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { DifficultPool } from "./difficult-pool.ts";
import { DifficultView } from "./difficult-view.ts";

export interface Call {
  readonly id?: unknown;
  readonly method: string;
  readonly params?: readonly unknown[];
}

export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } };

/** Asks the node behind. */
export type Upstream = (method: string, ...params: readonly unknown[]) => Promise<Answer>;

export class DifficultChain {
  /** Where to connect instead. */
  readonly url: string;
  /** What it does to broadcasts. */
  readonly pool: DifficultPool;
  /** What it shows of the chain. */
  readonly view: DifficultView;
  /** For how many milliseconds the answer to a call is held back, once the node behind has given it. */
  delay: (call: Call) => number = () => 0;
  readonly #server: Server;

  private constructor(server: Server, url: string, upstream: Upstream) {
    this.#server = server;
    this.url = url;
    this.view = new DifficultView(upstream);
    this.pool = new DifficultPool(upstream, this.view);
  }

  /** Starts on a free port before the node at `upstream`. */
  static async start(upstream: string): Promise<DifficultChain> {
    const answer = async (call: Call) => ({ jsonrpc: "2.0", id: call.id ?? null, ...(await chain.#answer(call)) });
    const answerAll = async (request: IncomingMessage) => {
      const body = await bodyOf(request);
      return JSON.stringify(Array.isArray(body) ? await Promise.all(body.map(answer)) : await answer(body));
    };
    const server = createServer((request, response) => {
      answerAll(request)
        .then((text) => response.writeHead(200, { "content-type": "application/json" }).end(text))
        .catch(() => response.destroy()); // The node behind is down: then so are we.
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const chain = new DifficultChain(server, url, upstreamAt(upstream));
    return chain;
  }

  /** No block is shown and no broadcast gets through from now on, though every one is answered with yes. */
  async halt(): Promise<void> {
    this.pool.hold();
    await this.view.freeze();
  }

  /** The chain goes on: what was broadcast meanwhile gets through, in its order. */
  async resume(): Promise<void> {
    this.view.thaw();
    await this.pool.letGo();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #answer(call: Call): Promise<Answer> {
    const answer = (await this.pool.answer(call)) ?? (await this.view.answer(call));
    const delay = this.delay(call);
    if (delay > 0) await sleep(delay);
    return answer;
  }
}

async function bodyOf(request: IncomingMessage): Promise<Call | Call[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[];
}

function upstreamAt(url: string): Upstream {
  return async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await askTwice(() =>
      fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body }),
    );
    const { result, error } = (await response.json()) as { result?: unknown; error?: never };
    return error === undefined ? { result } : { error };
  };
}

/** A node closes connections that were idle, at the very moment at which one of them is used again. */
async function askTwice(ask: () => Promise<Response>): Promise<Response> {
  return ask().catch(async () => {
    await sleep(200);
    return ask();
  });
}
