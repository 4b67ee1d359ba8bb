import type { Abi, Hex } from "viem";
import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import type { Book } from "../store/book.ts";
import type { Lane } from "../store/lanes.ts";
import type { Chain } from "./chain.ts";
import { organisationHex, organisationOf } from "./envelope.ts";
import { readContract } from "./read-contract.ts";

/** The organisation for which an address speaks on the newest state; undefined when for none. */
export async function organisationOfSigner(
  chain: Chain,
  organisations: string,
  signer: string,
): Promise<string | undefined> {
  const organisation: Hex = await ask(chain, organisations, "organisationOf", signer);
  return organisationOf(organisation) || undefined;
}

/** Whether an address spoke for somebody once and was ended: it never speaks again. */
export async function hasEnded(chain: Chain, organisations: string, signer: string): Promise<boolean> {
  return ask(chain, organisations, "hasEnded", signer);
}

/** Every address that speaks for an organisation on the newest state, in the order of granting. */
export async function signersOf(chain: Chain, organisations: string, organisation: string): Promise<string[]> {
  return ask(chain, organisations, "signersOf", organisationHex(organisation));
}

/** Whether the book knows the lane's signer. One that it does not know yet waits until the operator has added it. */
export async function signerIsKnown(chain: Chain, book: Book, lane: Lane): Promise<boolean> {
  return (await organisationOfSigner(chain, book.addresses["Organisations"]!, lane.signer)) === lane.organisation;
}

function ask(chain: Chain, address: string, view: string, of: string): Promise<any> {
  return readContract(chain, { address, abi: organisationsAbi as Abi }, view, [of]);
}
