import { decodeFunctionResult, encodeFunctionData } from "viem/utils";
import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import type { Chain } from "../chain/chain.ts";
import { organisationHex, organisationOf } from "../chain/envelope.ts";
import type { Book } from "../store/book.ts";
import type { Lane } from "../store/lanes.ts";

/** The organisation for which an address speaks on the newest state; undefined when for none. */
export async function organisationOfSigner(chain: Chain, organisations: string, signer: string) {
  const call = { abi: organisationsAbi, functionName: "organisationOf", args: [signer as `0x${string}`] } as const;
  const answer = await chain.call(organisations, encodeFunctionData(call));
  const organisation = decodeFunctionResult({ ...call, data: answer });
  return organisationOf(organisation) || undefined;
}

/** Whether an address spoke for somebody once and was ended: it never speaks again. */
export async function hasEnded(chain: Chain, organisations: string, signer: string): Promise<boolean> {
  const call = { abi: organisationsAbi, functionName: "hasEnded", args: [signer as `0x${string}`] } as const;
  return decodeFunctionResult({ ...call, data: await chain.call(organisations, encodeFunctionData(call)) });
}

/** Every address that speaks for an organisation on the newest state, in the order of granting. */
export async function signersOf(chain: Chain, organisations: string, organisation: string): Promise<readonly string[]> {
  const call = { abi: organisationsAbi, functionName: "signersOf", args: [organisationHex(organisation)] } as const;
  return decodeFunctionResult({ ...call, data: await chain.call(organisations, encodeFunctionData(call)) });
}

/** Whether the book knows the lane's signer. One that it does not know yet waits until the operator has added it. */
export async function signerIsKnown(chain: Chain, book: Book, lane: Lane): Promise<boolean> {
  return (await organisationOfSigner(chain, book.addresses["Organisations"]!, lane.signer)) === lane.organisation;
}
