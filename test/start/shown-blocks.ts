import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { jsonRpc } from "./json-rpc.ts";

/** Remembers every block that a node ever showed, with its receipts, and holds the node to it. */
export class ShownBlocks {
  readonly #shown = new Map<number, { block: string; receipts: string }>();

  get size(): number {
    return this.#shown.size;
  }

  get head(): number {
    return Math.max(-1, ...this.#shown.keys());
  }

  /** Looks at all blocks that are new. */
  async look(url: string): Promise<void> {
    const rpc = jsonRpc(url);
    const latest = Number(await rpc("eth_blockNumber"));
    for (let number = this.head + 1; number <= latest; number++) this.#shown.set(number, await read(url, number));
  }

  /** Looks all the time, over every death of the node. */
  async keepLooking(url: () => string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(url()).catch(() => undefined);
      await sleep(3);
    }
  }

  /** Every block that was shown is there, the same to the last byte. */
  async expectAll(url: string): Promise<void> {
    for (const [number, before] of this.#shown) {
      const now = await read(url, number);
      expect(now.block, `block ${number}`).to.equal(before.block);
      expect(now.receipts, `receipts of block ${number}`).to.equal(before.receipts);
    }
  }
}

async function read(url: string, number: number): Promise<{ block: string; receipts: string }> {
  const rpc = jsonRpc(url);
  const at = `0x${number.toString(16)}`;
  const [block, receipts] = await Promise.all([
    rpc("eth_getBlockByNumber", at, false),
    rpc("eth_getBlockReceipts", at),
  ]);
  if (block === null || receipts === null) throw new Error(`Block ${number} is gone`);
  return { block: JSON.stringify(block), receipts: JSON.stringify(receipts) };
}
