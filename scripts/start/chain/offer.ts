/** Hands anvil many transactions, in order. */
import type { Anvil } from "./anvil.ts";

/** anvil takes the calls of a batch in order only where the batch is small (measured with 1.7.1: 25 are, 100 are not). */
const TRANSACTIONS_A_CALL = 20;

/** Offers each one. What anvil refuses shows in the block that comes of it, or was there before. */
export async function offer(anvil: Anvil, transactions: readonly string[]): Promise<void> {
  for (let at = 0; at < transactions.length; at += TRANSACTIONS_A_CALL) {
    const some = transactions.slice(at, at + TRANSACTIONS_A_CALL);
    await anvil.callAll(some.map((raw) => ({ method: "eth_sendRawTransaction", params: [raw] })));
  }
}
