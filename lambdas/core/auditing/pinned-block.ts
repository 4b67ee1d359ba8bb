import { decodeFunctionResult, encodeFunctionData } from "viem/utils";
import type { Abi } from "viem";
import type { Block, Chain } from "../chain/chain.ts";
import { ChainError } from "../chain/chain.ts";
import { chunks } from "../store/table.ts";
import type { Checked } from "./book.ts";

/** How many calls are under way at once. */
const AT_ONCE = 16;

/** The node does not have the state of a block any more; a newer block may do. */
export class StateForgotten extends Error {
  constructor(blockNumber: number, cause: unknown) {
    super(`the node does not know the state of block ${blockNumber} any more`, { cause });
    this.name = "StateForgotten";
  }
}

/** State as it stood after one block: every call is pinned to it. */
export class PinnedBlock {
  readonly number: number;
  readonly time: number;
  /** What was checked so far; it counts once all of the state was seen. */
  readonly tally = new Map<string, number>();
  private readonly chain: Chain;

  constructor(chain: Chain, { number, time }: Block) {
    this.chain = chain;
    this.number = number;
    this.time = time;
  }

  readonly checked: Checked = (law, cases = 1) => {
    this.tally.set(law, (this.tally.get(law) ?? 0) + cases);
  };

  /** @throws StateForgotten */
  async read(
    contract: { address: string; abi: Abi },
    functionName: string,
    args: readonly unknown[] = [],
  ): Promise<any> {
    const { address, abi } = contract;
    const answer = await this.call(address, encodeFunctionData({ abi, functionName, args }));
    return decodeFunctionResult({ abi, functionName, args, data: answer });
  }

  /** Handles every element, several at once. */
  async each<T>(list: T[], handle: (element: T) => Promise<void>): Promise<void> {
    for (const chunk of chunks(list, AT_ONCE)) await Promise.all(chunk.map(handle));
  }

  /** Nodes say in many ways that state is gone; a view function of ours never fails, so whatever is refused is that. */
  private async call(address: string, input: `0x${string}`): Promise<`0x${string}`> {
    try {
      const answer = await this.chain.call(address, input, this.number);
      if (!answer || answer === "0x") throw new StateForgotten(this.number, undefined);
      return answer;
    } catch (error) {
      if (error instanceof ChainError) throw new StateForgotten(this.number, error);
      throw error;
    }
  }
}
