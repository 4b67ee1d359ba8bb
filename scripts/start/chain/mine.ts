/** One block, made by anvil at a given time. */
import type { Anvil } from "./anvil.ts";

export interface Head {
  readonly number: number;
  readonly hash: string;
  /** Seconds since 1970. */
  readonly timestamp: number;
  /** The hashes of its transactions, in order. */
  readonly transactions: readonly string[];
}

/** Mines what anvil holds, as far as it fits a block. `timestamp` is in seconds and later than the last block's. */
export async function mine(anvil: Anvil, timestamp: number): Promise<Head> {
  await anvil.call("evm_mine", timestamp);
  return headOf(anvil);
}

/** The latest block, or the earliest. */
export async function headOf(anvil: Anvil, tag: "latest" | "earliest" = "latest"): Promise<Head> {
  const block = await anvil.call<BlockAnswer>("eth_getBlockByNumber", tag, false);
  return {
    number: Number(block.number),
    hash: block.hash,
    timestamp: Number(block.timestamp),
    transactions: block.transactions,
  };
}

interface BlockAnswer {
  number: string;
  hash: string;
  timestamp: string;
  transactions: string[];
}
