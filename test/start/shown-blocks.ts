import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { jsonRpc, post } from "./json-rpc.ts";

interface Shown {
  readonly block: string;
  readonly receipts: string;
}

/** Remembers every block that a node ever showed, with its receipts, and holds the node to it. */
export class ShownBlocks {
  readonly #shown: Shown[] = [];

  /** The highest block that was shown; -1 before the first. */
  get head(): number {
    return this.#shown.length - 1;
  }

  /** Looks at all blocks that are new. */
  async look(url: string): Promise<void> {
    const latest = Number(await jsonRpc(url)("eth_blockNumber"));
    this.#shown.push(...(await read(url, this.#shown.length, latest)));
  }

  /** Looks all the time, over every death of the node. */
  async keepLooking(url: () => string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(url()).catch(() => undefined);
      await sleep(10);
    }
  }

  /** Every block that was shown is there, the same to the last byte. */
  async expectAll(url: string): Promise<void> {
    const before = [...this.#shown];
    const now = await read(url, 0, before.length - 1);
    for (const [number, { block, receipts }] of before.entries()) {
      expect(now[number]?.block, `block ${number}`).to.equal(block);
      expect(now[number]?.receipts, `receipts of block ${number}`).to.equal(receipts);
    }
  }
}

async function read(url: string, from: number, to: number): Promise<Shown[]> {
  if (from > to) return [];
  const numbers = Array.from({ length: to - from + 1 }, (_, at) => `0x${(from + at).toString(16)}`);
  const calls = numbers.flatMap((number) => [
    { jsonrpc: "2.0", id: 1, method: "eth_getBlockByNumber", params: [number, false] },
    { jsonrpc: "2.0", id: 1, method: "eth_getBlockReceipts", params: [number] },
  ]);
  const answers = ((await post(url, calls)) as { result: unknown }[]).map(({ result }) => JSON.stringify(result));
  if (answers.includes("null")) throw new Error(`A block between ${from} and ${to} is gone`);
  return numbers.map((_, at) => ({ block: answers[2 * at] ?? "", receipts: answers[2 * at + 1] ?? "" }));
}
