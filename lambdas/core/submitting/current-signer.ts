import type { Chain } from "../chain/chain.ts";
import type { Keys } from "../signing/keys.ts";
import { organisationOfSigner } from "./signer-is-known.ts";

/** The key here that the book knows for an organisation, or its newest key where the book knows none. */
export async function currentSigner(
  chain: Chain,
  organisations: string,
  keys: Keys,
  organisation: string,
): Promise<string | undefined> {
  const addresses = await keys.addresses(organisation);
  for (const address of addresses.toReversed()) {
    if ((await organisationOfSigner(chain, organisations, address)) === organisation) return address;
  }
  return addresses.at(-1);
}
