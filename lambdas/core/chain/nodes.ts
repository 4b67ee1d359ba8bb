import { createClient, http } from "viem";
import { atMost } from "./at-most.ts";

/** One node of the chain, as a JSON-RPC endpoint. */
type Node = ReturnType<typeof createClient>;

/** A node closes connections beyond some number (Besu: 80), and others want some too. */
const MOST_REQUESTS = 16;
/** How often nodes are compared, milliseconds. */
const COMPARE_MILLISECONDS = 2000;
/** What a node that is well answers with its head within, milliseconds. */
const HEAD_MILLISECONDS = 2000;

/**
 * One or more nodes of the same chain. One is asked until it does not answer or falls behind the others: a node may be
 * cut off from its peers and answer all the same.
 */
export class Nodes {
  private readonly nodes: Node[];
  private readonly limit = atMost(MOST_REQUESTS);
  private preferred = 0;
  private comparedAt = -Infinity;

  /** @param timeout milliseconds for one request to one node */
  constructor(urls: string[], headers: Record<string, string>, timeout: number) {
    this.nodes = urls.map((url) => {
      return createClient({ transport: http(url, { timeout, retryCount: 0, fetchOptions: { headers } }) });
    });
  }

  /** @throws whatever the last of the nodes does; one that refuses has answered */
  async request(method: string, params: readonly unknown[]): Promise<unknown> {
    let failure: unknown;
    for (let attempt = 0; attempt < this.nodes.length; attempt++) {
      const index = this.preferred;
      try {
        return await this.ask(index, method, params);
      } catch (error) {
        if (refusal(error)) throw error;
        failure = error;
        if (this.preferred === index) this.preferred = (index + 1) % this.nodes.length;
      }
    }
    throw failure;
  }

  /** What every node answers, in their order; at least one does. */
  async requestAll(method: string, params: readonly unknown[]): Promise<PromiseSettledResult<unknown>[]> {
    return Promise.allSettled(this.nodes.map((_, index) => this.ask(index, method, params)));
  }

  /** Goes on with the node that is farthest, now and then. */
  async compare(): Promise<void> {
    if (this.nodes.length === 1 || performance.now() - this.comparedAt < COMPARE_MILLISECONDS) return;
    this.comparedAt = performance.now();
    const heads = await Promise.all(this.nodes.map((_, index) => this.headOf(index)));
    const highest = Math.max(...heads);
    if (heads[this.preferred]! < highest) this.preferred = heads.indexOf(highest);
  }

  private async headOf(index: number): Promise<number> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<number>((resolve) => (timer = setTimeout(resolve, HEAD_MILLISECONDS, -1)));
    const answer = this.ask(index, "eth_blockNumber", []).then(Number, () => -1);
    return Promise.race([answer, late]).finally(() => clearTimeout(timer));
  }

  private ask(index: number, method: string, params: readonly unknown[]): Promise<unknown> {
    return this.limit(() => this.nodes[index]!.request({ method, params } as never));
  }
}

/** The node's own error behind what the client library threw, if there is one. */
export function refusal(error: unknown): { message: string; code?: number } | undefined {
  for (let at = error as any, depth = 0; at && depth < 8; at = at.cause, depth++) {
    if (at.name === "RpcRequestError") return { message: at.details ?? at.message, code: at.code };
  }
  return undefined;
}
