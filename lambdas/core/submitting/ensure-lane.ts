import type { Chain } from "../chain/chain.ts";
import type { Kapok } from "../kapok.ts";
import type { Keys } from "../signing/keys.ts";
import { readBook } from "../store/book.ts";
import type { Lane } from "../store/lanes.ts";
import { createLane, readLane } from "../store/lanes.ts";
import { currentSigner } from "./current-signer.ts";

/**
 * A lane whose row is missing cannot vouch for its journal: it starts by closing.
 * @returns the row that stood there before, if there was one
 */
export async function ensureLane(
  kapok: Kapok,
  chain: Chain,
  keys: Keys,
  organisation: string,
): Promise<Lane | undefined> {
  const lane = await readLane(kapok.core, organisation);
  if (lane) return lane;
  const book = await readBook(kapok.core);
  if (!book) throw new Error("the store does not know the book yet");
  const signer = await currentSigner(chain, book.addresses["Organisations"]!, keys, organisation);
  if (!signer) throw new Error(`there is no key for ${organisation}`);
  const closing = { since: Date.now() };
  await createLane(kapok.core, { organisation, signer, incarnation: book.incarnation, closing });
  kapok.log.warn("lane-closes", { organisation, signer });
  return undefined;
}
