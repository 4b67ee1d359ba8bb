import type { Chain } from "../chain/chain.ts";
import { checkpoint } from "../checkpoint.ts";
import type { Kapok } from "../kapok.ts";
import type { KeyMaker } from "../signing/keys.ts";
import type { Book } from "../store/book.ts";
import { readJournal } from "../store/journal.ts";
import { readLane } from "../store/lanes.ts";
import type { Rotation } from "../store/rotations.ts";
import { barLane, beginRotation, endRotation, stopLane, switchSigner } from "../store/rotations.ts";
import { pause } from "../store/table.ts";
import { giveBack, isRevocationIndexed } from "../submitting/ended-signer.ts";
import { hasEnded, organisationOfSigner } from "../chain/signers.ts";
import type { Administrator } from "./administrator.ts";
import type { Authorities } from "./admit.ts";
import { admission, hasRole, revocation } from "./admit.ts";

/** What a rotation works with. */
export interface RotationParts {
  kapok: Kapok;
  chain: Chain;
  keys: KeyMaker;
  book: Book;
  administrator: Administrator;
  say: (line: string) => void;
}

type Beginning = Pick<RotationParts, "kapok" | "chain" | "keys" | "book">;

/**
 * Gives an organisation another signer and keeps its state: grants the new key, bars the lane, waits until every nonce of
 * the old key is decided and indexed, switches, revokes. Where the old key cannot sign any more, it revokes first: what
 * the old key signed can then only revert. Begun again after any interruption, it goes on where it stopped. It needs
 * somebody who submits and indexes meanwhile.
 * @param lost whether the old key cannot or must not sign any more; noticed where the key is not there
 * @throws where the organisation has no lane here
 */
export async function rotate(
  parts: RotationParts,
  organisation: string,
  roles: string[],
  lost: boolean,
): Promise<Rotation> {
  const { kapok, chain, keys, book, administrator, say } = parts;
  const addresses = book.addresses as unknown as Authorities;
  const rotation = await begin(parts, organisation, lost);
  const held = await heldRoles(chain, addresses, roles, rotation);
  await checkpoint("rotation-begun");

  const signing = { id: organisation, name: organisation, roles: held, signer: rotation.to };
  await administrator.seeDone(() => admission(chain, addresses, signing));
  say(`granted ${rotation.to}`);
  await checkpoint("rotation-granted");

  const lane = await readLane(kapok.core, organisation);
  if (lane?.signer === rotation.from) {
    await barLane(kapok.core, organisation, rotation);
    await checkpoint("rotation-barred");
    if (rotation.lost || !(await decided(parts, organisation))) await abandon(parts, organisation, rotation, held);
    const used = await chain.usedNonces(rotation.to);
    await switchSigner(kapok.core, organisation, rotation, used, book.incarnation);
    say(`${organisation} signs with ${rotation.to}`);
    await checkpoint("rotation-switched");
  }

  // All of them, since a store that was lost forgets a rotation that was under way.
  const former = new Set([rotation.from, ...(await keys.addresses(organisation))]);
  former.delete(rotation.to);
  for (const key of former) await administrator.seeDone(() => revocation(chain, addresses, key, held));
  say(`revoked ${rotation.from}`);
  await endRotation(kapok.core, organisation, rotation);
  return rotation;
}

/**
 * Notes that an organisation shall get another signer which the operator of the book lets speak, in another Kapok. The
 * lane goes on with it by itself once the book knows it. Where the old key is lost, nothing more is signed with it.
 * @throws where the organisation has no lane here
 */
export async function awaitRotation(parts: Beginning, organisation: string, lost: boolean): Promise<Rotation> {
  const rotation = await begin(parts, organisation, lost, true);
  const lane = await readLane(parts.kapok.core, organisation);
  if (rotation.lost && lane?.signer === rotation.from) await barLane(parts.kapok.core, organisation, rotation);
  return rotation;
}

async function begin(
  { kapok, chain, keys, book }: Beginning,
  organisation: string,
  lost: boolean,
  awaited = false,
): Promise<Rotation> {
  const lane = await readLane(kapok.core, organisation);
  if (!lane)
    throw new Error(`${organisation} has no lane in this Kapok: its signer is kept elsewhere, or it is unknown`);
  const begun = lane.rotation;
  const from = begun?.from ?? lane.signer;
  const gone = await keys.signer(from).then(
    () => false,
    () => true,
  );
  if (begun) return { ...begun, lost: begun.lost || lost || gone };
  const to = await keys.create(organisation);
  const unused = (await isUnheardOf(chain, book, to)) && { unusedIn: book.incarnation };
  const rotation = { from, to, lost: lost || gone, ...(awaited && { awaited }), ...unused };
  return beginRotation(kapok.core, organisation, rotation);
}

/** Whether the chain never heard of a key. No lane signs with one that the book does not know, so it has signed nothing. */
async function isUnheardOf(chain: Chain, { addresses }: Book, signer: string): Promise<boolean> {
  const organisations = addresses["Organisations"]!;
  if (await organisationOfSigner(chain, organisations, signer)) return false;
  return !(await hasEnded(chain, organisations, signer)) && (await chain.usedNonces(signer)) === 0;
}

/** The roles that the organisation's key has now: the new key gets these and no others. */
async function heldRoles(
  chain: Chain,
  addresses: Authorities,
  roles: string[],
  { from, to }: Rotation,
): Promise<string[]> {
  const held: string[] = [];
  for (const role of roles) {
    const has = (await hasRole(chain, addresses, role, from)) || (await hasRole(chain, addresses, role, to));
    if (has) held.push(role);
  }
  return held;
}

/**
 * Waits until nothing of the old key is open any more.
 * @returns false where that never comes: the lane has stopped, since the book refuses the key or a stranger has it too
 */
async function decided({ kapok, book, say }: RotationParts, organisation: string): Promise<boolean> {
  for (let turn = 0; ; turn++) {
    const lane = await readLane(kapok.core, organisation);
    const entries = await readJournal(kapok.core, organisation);
    if (lane?.stopped) return false;
    // A lane of another life of the store has not begun to close yet; one that lost rows of its journal is about to.
    const vouches = lane?.incarnation === book.incarnation && !lane.closing && lane.decidedNonce >= lane.nextNonce;
    if (vouches && entries.length === 0) return true;
    if (turn % 20 === 10) say(`waiting for what ${lane?.signer} signed: ${entries.length} transactions`);
    await pause(250);
  }
}

/**
 * Revokes a key that cannot sign any more; what it signed and no block holds by then waits for the new key. The lane is
 * stopped first, so that nothing is signed and journaled while its journal is emptied.
 */
async function abandon(parts: RotationParts, organisation: string, rotation: Rotation, roles: string[]): Promise<void> {
  const { kapok, chain, book, administrator, say } = parts;
  const addresses = book.addresses as unknown as Authorities;
  await stopLane(kapok.core, organisation, rotation, "its key shall not sign any more");
  await administrator.seeDone(() => revocation(chain, addresses, rotation.from, roles));
  say(`revoked ${rotation.from} first, since it shall not sign any more`);
  await checkpoint("rotation-revoked-not-indexed");

  while (!(await isRevocationIndexed(kapok, rotation))) await pause(250);
  await giveBack(kapok, organisation, rotation);
}
