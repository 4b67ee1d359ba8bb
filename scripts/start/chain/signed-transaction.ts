/** What the front has to know of a signed transaction before anvil sees it. */
import type { Hex } from "viem";
import { keccak256, parseTransaction } from "viem/utils";

export interface SignedTransaction {
  readonly raw: string;
  readonly hash: string;
  readonly nonce: number;
  /** Undefined where the signature holds for every chain. */
  readonly chainId: number | undefined;
}

/** Reads it without recovering its sender. Undefined where it is not a transaction. */
export function readTransaction(raw: string): SignedTransaction | undefined {
  try {
    const { nonce = 0, chainId } = parseTransaction(raw as Hex);
    return { raw, hash: keccak256(raw as Hex), nonce, chainId };
  } catch {
    return undefined;
  }
}
