import { readWholeJournal } from "../store/journal.ts";
import { changeLane, stillOwned } from "../store/lanes.ts";
import { giveBackEntry } from "./ended-signer.ts";
import type { LaneParts, LaneView } from "./lane-step.ts";
import { hasEnded, organisationOfSigner } from "../chain/signers.ts";

/**
 * Gives a lane that closes the next key of its organisation that speaks, to be closed in its turn. In another life of the
 * store, the row may name a signer that was replaced after the copy was made, and lost bytes of each newer one may land
 * just as well. The caller has seen that nothing of the present one can land any more.
 * @returns whether there was one
 */
export async function succeedSigner(parts: LaneParts, view: LaneView): Promise<boolean> {
  const { organisation, kapok, chain } = parts;
  const { lane } = view;
  const signer = await laterSigner(parts, view);
  if (signer === undefined) return false;
  for (const entry of await readWholeJournal(kapok.core, organisation, lane)) {
    await giveBackEntry(kapok, lane, entry, stillOwned(kapok.core, lane));
  }
  const used = await chain.usedNonces(signer);
  await changeLane(
    kapok.core,
    lane,
    { signer, nextNonce: used, decidedNonce: used, closing: { since: lane.closing!.since } },
    ["barred", "limit", "voiding", "strangerAt"],
  );
  kapok.log.warn("lane-closes", { organisation, signer });
  return true;
}

/**
 * The same where the present signer was ended: its bytes can only revert. What it did before is indexed, since the store
 * has learned the chain up to a block that is no older than the end.
 * @returns false where it goes on as it is, or has to wait
 */
export async function succeedEndedSigner(parts: LaneParts, view: LaneView): Promise<boolean> {
  const { chain } = parts;
  const { book, cursor, lane } = view;
  if (!lane.closing || !(await hasEnded(chain, book.addresses["Organisations"]!, lane.signer))) return false;
  const head = await chain.head();
  if (!cursor || cursor.learned !== book.incarnation || cursor.blockNumber < head) return false;
  return succeedSigner(parts, view);
}

/** The next newer key that speaks; not one to which a change of signer is under way and that has signed nothing yet. */
async function laterSigner({ organisation, chain, keys }: LaneParts, { book, lane }: LaneView) {
  const { rotation } = lane;
  const addresses = await keys.addresses(organisation);
  for (const address of addresses.slice(addresses.indexOf(lane.signer) + 1)) {
    if (address === rotation?.to && rotation.unusedIn === book.incarnation) continue;
    if ((await organisationOfSigner(chain, book.addresses["Organisations"]!, address)) === organisation) return address;
  }
  return undefined;
}
