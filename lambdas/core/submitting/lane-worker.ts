import { checkpoint } from "../checkpoint.ts";
import type { Book } from "../store/book.ts";
import { isMadeIn } from "../store/book.ts";
import { BytesMissing, entryKey, readJournal } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import {
  changeLane,
  readLane,
  readLaneBeside,
  readStanding,
  releaseLane,
  stillOwned,
  takeLane,
} from "../store/lanes.ts";
import { readQueued } from "../store/queue.ts";
import { isRefused, refusals } from "../store/table.ts";
import { addCandidate } from "./add-candidate.ts";
import { closeLane } from "./close-lane.ts";
import { giveBackEntry } from "./ended-signer.ts";
import { followRotation } from "./follow-rotation.ts";
import type { LaneParts, LaneView, Outcome } from "./lane-step.ts";
import { sayLaneWaits } from "./lane-waits.ts";
import { signerIsKnown } from "../chain/signers.ts";
import { succeedEndedSigner } from "./succeed-signer.ts";
import { submitNext } from "./submit-next.ts";

/** How often the owner measures how much waits. */
const DEPTH_MILLISECONDS = 2000;
/** How often it asks whether the book knows the signer that it waits for. */
const FOLLOW_MILLISECONDS = 1000;

/** The owner of one lane, for as long as it holds it. */
export class LaneWorker {
  private readonly parts: LaneParts;
  private fence = 0;
  private lastSent = -Infinity;
  private measuredAt = -Infinity;
  private followedAt = -Infinity;
  private knownSigner = "";
  /** The nonce of which a person was told that it does not land. */
  private told = -1;

  constructor(parts: LaneParts) {
    this.parts = parts;
  }

  /** Takes the lane; answers whether it is this worker's now. */
  async take(owner: string): Promise<boolean> {
    const lane = await takeLane(this.parts.kapok.core, this.parts.organisation, owner);
    if (!lane) return false;
    this.fence = lane.fence;
    await checkpoint("lane-taken");
    return true;
  }

  async release(): Promise<void> {
    const lane = await readLane(this.parts.kapok.core, this.parts.organisation);
    if (lane?.fence === this.fence) await releaseLane(this.parts.kapok.core, lane);
  }

  /** One step. `lost`: somebody else has the lane. */
  async step(): Promise<Outcome | "lost"> {
    const view = await this.look();
    if (!view) return "lost";
    try {
      return await this.advance(view);
    } catch (error) {
      if (error instanceof BytesMissing) return this.forget(view, error.nonce);
      const codes = refusals(error)?.map(({ code }) => code);
      if (isRefused(error) || codes?.includes("ConditionalCheckFailed")) return "again";
      throw error;
    }
  }

  private async look(): Promise<LaneView | undefined> {
    const readAt = performance.now();
    let { book, cursor, lane } = await readStanding(this.parts.kapok.core, this.parts.organisation);
    if (!book || !lane || lane.fence !== this.fence) return undefined;
    if (lane.leaseUntil - Date.now() < 10_000) lane = await changeLane(this.parts.kapok.core, lane, {});
    const entries = await readJournal(this.parts.kapok.core, this.parts.organisation);
    return { book, cursor, lane, entries, readAt };
  }

  private async advance(view: LaneView): Promise<Outcome> {
    const { lane, book } = view;
    // A store of other tables has yet to learn from the chain: the indexer begins its new life.
    if (!isMadeIn(book, await this.parts.kapok.identities())) return "idle";
    const followed = await this.follow(view);
    if (followed) return followed;
    if (lane.stopped) return "idle";
    if (lane.incarnation !== book.incarnation) {
      const closing = { since: Date.now() };
      this.parts.kapok.log.warn("lane-closes", { organisation: this.parts.organisation, signer: lane.signer });
      await changeLane(this.parts.kapok.core, lane, { incarnation: book.incarnation, closing });
      return "again";
    }
    const journal = await this.journalIs(view);
    if (journal === "unclear") return "again";
    if (journal === "incomplete") {
      this.parts.kapok.log.alarm("journal-incomplete", { organisation: this.parts.organisation, signer: lane.signer });
      await changeLane(this.parts.kapok.core, lane, { closing: { since: Date.now() } });
      return "again";
    }
    if (!(await this.isKnown(book, lane))) {
      if (await succeedEndedSigner(this.parts, view)) return "again";
      await this.parts.tending.look(view.entries);
      return "idle";
    }
    const { blocks, refused } = await this.parts.tending.look(view.entries);
    if (blocks >= this.parts.settings.patienceBlocks) {
      if (await addCandidate(this.parts, view, refused)) return "again";
      this.tell(view.entries[0]!.nonce, refused);
    }
    if (lane.closing) return closeLane(this.parts, view);
    if (lane.barred || view.entries.length >= this.parts.settings.ahead)
      return view.entries.length > 0 ? "waiting" : "idle";
    await this.measure(lane);
    const outcome = await submitNext(this.parts, view, this.lastSent);
    if (outcome !== "sent") return outcome;
    this.lastSent = performance.now();
    return "again";
  }

  /** Goes on with another signer where the book knows it by now. */
  private async follow(view: LaneView): Promise<Outcome | undefined> {
    if (!view.lane.rotation?.awaited || performance.now() - this.followedAt < FOLLOW_MILLISECONDS) return undefined;
    const outcome = await followRotation(this.parts, view);
    if (outcome === undefined) this.followedAt = performance.now();
    return outcome;
  }

  /** Nothing smaller can be sent, and still no block takes it: somebody must look at the chain. */
  private tell(nonce: number, refused: boolean): void {
    if (this.told === nonce) return;
    this.told = nonce;
    this.parts.kapok.log.alarm("nonce-does-not-land", { organisation: this.parts.organisation, nonce, refused });
  }

  /**
   * The journal has an entry without its bytes, which may land all the same: the lane closes, and while it does, the
   * entry is not held. Its operations wait again, and its nonce is used up.
   */
  private async forget({ lane, entries }: LaneView, nonce: number): Promise<Outcome> {
    const { kapok, organisation } = this.parts;
    if (!lane.closing) {
      kapok.log.alarm("journal-incomplete", { organisation, signer: lane.signer, nonce });
      await changeLane(kapok.core, lane, { closing: { since: Date.now() } });
      return "again";
    }
    const entry = entries.find((each) => each.nonce === nonce)!;
    await giveBackEntry(kapok, lane, entry, stillOwned(kapok.core, lane));
    return "again";
  }

  /**
   * Whether the journal holds every nonce that the lane has used and no block has decided: a store may lose rows. It is
   * `unclear` where it only looked so: blocks decided between the two reads, or a transaction was seen in part.
   */
  private async journalIs({ lane, entries }: LaneView): Promise<"whole" | "unclear" | "incomplete"> {
    if (lane.closing) return "whole";
    if (lane.nextNonce < lane.decidedNonce) return "incomplete";
    const held = new Set(entries.map(({ nonce }) => nonce));
    let highest = lane.nextNonce - 1;
    while (highest >= lane.decidedNonce && held.has(highest)) highest--;
    if (highest < lane.decidedNonce) return "whole";
    const { kapok, organisation } = this.parts;
    const { lane: now, item: entry } = await readLaneBeside(kapok.core, organisation, entryKey(organisation, highest));
    const isLost = !entry && now?.fence === lane.fence && now.decidedNonce <= highest;
    return isLost ? "incomplete" : "unclear";
  }

  /** A signer that the book does not know signs nothing; it goes on by itself once the operator has added it. */
  private async isKnown(book: Book, lane: Lane): Promise<boolean> {
    if (this.knownSigner === lane.signer) return true;
    const known = await signerIsKnown(this.parts.chain, book, lane);
    if (known) this.knownSigner = lane.signer;
    else
      this.parts.kapok.log.warn("signer-not-in-book", { organisation: this.parts.organisation, signer: lane.signer });
    return known;
  }

  /** Tells the accepting side how much waits, so that it can ask clients to slow down. */
  private async measure(lane: Lane): Promise<void> {
    if (performance.now() - this.measuredAt < DEPTH_MILLISECONDS) return;
    this.measuredAt = performance.now();
    const { depth } = await readQueued(this.parts.kapok.core, this.parts.organisation);
    if (depth !== (lane.depth ?? 0)) await changeLane(this.parts.kapok.core, lane, { depth });
  }

  /** Reports what a step could not do; it is tried again. */
  failed(error: unknown): void {
    sayLaneWaits(this.parts.kapok.log, this.parts.organisation, error);
  }
}
