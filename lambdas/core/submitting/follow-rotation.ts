import { barLane, endRotation, switchSigner } from "../store/rotations.ts";
import { giveBack, isRevocationIndexed } from "./ended-signer.ts";
import type { LaneParts, LaneView, Outcome } from "./lane-step.ts";
import { organisationOfSigner } from "../chain/signers.ts";

/**
 * A change of signer that the book's operator makes elsewhere: as soon as the book knows the new key, the lane starts no
 * further batch with the old one, waits for what that signed, and goes on with the new one. Where the operator has ended
 * the old key by then, what it signed and no block holds waits again, once that end is indexed.
 * @returns undefined where the lane has to go on as it is
 */
export async function followRotation(parts: LaneParts, view: LaneView): Promise<Outcome | undefined> {
  const { organisation, kapok, chain } = parts;
  const { book, lane } = view;
  const { rotation } = lane;
  if (!rotation?.awaited) return undefined;
  if (lane.signer === rotation.to) {
    await endRotation(kapok.core, organisation, rotation);
    return "again";
  }
  const speaksFor = await organisationOfSigner(chain, book.addresses["Organisations"]!, rotation.to);
  if (speaksFor !== organisation) return undefined;
  if (!lane.barred) {
    await barLane(kapok.core, organisation, rotation);
    return "again";
  }
  if (!isOver(view)) {
    if (!(await isRevocationIndexed(kapok, rotation))) return undefined;
    await giveBack(kapok, organisation, rotation);
  }
  const used = await chain.usedNonces(rotation.to);
  await switchSigner(kapok.core, organisation, rotation, used, book.incarnation);
  kapok.log.info("signer-changed", { organisation, from: rotation.from, to: rotation.to });
  return "again";
}

/** Whether nothing is open that the lane's key ever signed. */
function isOver({ book, lane, entries }: LaneView): boolean {
  const vouches = lane.incarnation === book.incarnation && !lane.closing && !lane.stopped;
  return vouches && lane.decidedNonce >= lane.nextNonce && entries.length === 0;
}
