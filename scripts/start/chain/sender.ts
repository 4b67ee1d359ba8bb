/** Who signed a transaction. */
import type { Hex } from "viem";
import { concatHex, keccak256, padHex, parseTransaction, serializeTransaction, slice, toHex } from "viem/utils";
import type { Anvil } from "./anvil.ts";
import type { SignedTransaction } from "./signed-transaction.ts";

/** The contract of every EVM that recovers a signer. */
const RECOVER = "0x0000000000000000000000000000000000000001";

/** Asks anvil, whose answer comes in a tenth of the time that recovering takes in JavaScript. */
export async function senderOf(anvil: Anvil, { raw }: SignedTransaction): Promise<Hex> {
  const { r, s, v, yParity, ...unsigned } = parseTransaction(raw as Hex);
  if (r === undefined || s === undefined) throw new Error("The transaction carries no signature");
  const parity = yParity ?? (v === 27n ? 0 : 1);
  // Before EIP-155 a signature covered no chain id, and parsing then gives none.
  const digest = keccak256(serializeTransaction(unsigned));
  const input = concatHex([digest, padHex(toHex(27 + parity)), padHex(r), padHex(s)]);
  return slice(await anvil.call<Hex>("eth_call", { to: RECOVER, data: input }, "latest"), 12);
}
