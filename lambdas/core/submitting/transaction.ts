import { hexToBytes, keccak256 } from "viem/utils";
import type { Hex } from "viem";
import type { Signer } from "../signing/keys.ts";

export interface Signed {
  hash: string;
  bytes: Uint8Array;
}

/**
 * Signs a transaction at price zero, always: a key holds no coin, and a transaction with a price that it cannot pay
 * would block its nonce. Legacy form, with the chain's id (EIP-155), which every Ethereum-compatible chain takes.
 * @param to absent for the creation of a contract
 */
export async function sign(
  signer: Signer,
  transaction: { chainId: number; nonce: number; to?: string; data: Hex; gas: number },
): Promise<Signed> {
  const { chainId, nonce, to, data, gas } = transaction;
  const serialized = await signer.signTransaction({
    type: "legacy",
    chainId,
    nonce,
    data,
    gas: BigInt(gas),
    gasPrice: 0n,
    ...(to && { to: to as Hex }),
  });
  return { hash: keccak256(serialized), bytes: hexToBytes(serialized) };
}
