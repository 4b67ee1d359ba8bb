import type { Chain } from "../chain/chain.ts";
import type { Keys } from "../signing/keys.ts";
import { hasEnded, organisationOfSigner } from "../chain/signers.ts";

/**
 * The newest key here that the book knows for an organisation; or the newest that it never heard of, where it knows none.
 * One that was ended never speaks again.
 */
export async function currentSigner(
  chain: Chain,
  organisations: string,
  keys: Keys,
  organisation: string,
): Promise<string | undefined> {
  const addresses = (await keys.addresses(organisation)).toReversed();
  for (const address of addresses) {
    if ((await organisationOfSigner(chain, organisations, address)) === organisation) return address;
  }
  for (const address of addresses) if (!(await hasEnded(chain, organisations, address))) return address;
  return undefined;
}
