import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { Kapok } from "../../lambdas/core/kapok.ts";
import { putter } from "../../lambdas/core/accepting/put.ts";
import { mark } from "../../lambdas/core/indexing/mark.ts";
import { settleNonce } from "../../lambdas/core/indexing/settle-nonce.ts";
import type { Decision } from "../../lambdas/core/operation.ts";
import type { Book } from "../../lambdas/core/store/book.ts";
import { keepBook, moveCursor, readCursor, releaseIndexer, seizeIndexer } from "../../lambdas/core/store/book.ts";
import { readJournal } from "../../lambdas/core/store/journal.ts";
import type { Item, Key } from "../../lambdas/core/store/table.ts";
import type { LaneParts } from "../../lambdas/core/submitting/lane-step.ts";
import type { Lane } from "../../lambdas/core/store/lanes.ts";
import { createLane, readLane } from "../../lambdas/core/store/lanes.ts";
import { LaneWorker } from "../../lambdas/core/submitting/lane-worker.ts";
import { defaultSubmitting, type SubmittingSettings } from "../../lambdas/core/submitting/settings.ts";
import { Tending } from "../../lambdas/core/submitting/tend.ts";
import { idOf } from "./shown.ts";
import { ScriptedChain } from "./scripted-chain.ts";

const address = (digit: number) => `0x${String(digit).repeat(40)}`;

/** One lane with a store of its own, a chain that a test plays, and an indexer that a test calls. */
export class LaneStage {
  readonly organisation = "hotel-a";
  readonly chain = new ScriptedChain(this.organisation);
  readonly account = privateKeyToAccount(generatePrivateKey());
  readonly kapok: Kapok;
  /** The keys that are here for the organisation, newest last. One signs for all of them. */
  readonly addresses: string[] = [this.account.address];
  book: Book;
  readonly settings: SubmittingSettings = { ...defaultSubmitting, timeoutMilliseconds: 1000 };

  private constructor(kapok: Kapok, book: Book) {
    this.kapok = kapok;
    this.book = book;
  }

  /** A lane that is open and has never sent anything. */
  static async set(kapok: Kapok, lane: Partial<Lane> = {}): Promise<LaneStage> {
    const addresses = { AccessManager: address(1), Organisations: address(2), PointsLedger: address(3) };
    const facts = { chainId: 1337, genesisHash: `0x${"0".repeat(64)}`, addresses, startBlock: 0, constants: {} };
    const stage = new LaneStage(kapok, await keepBook(kapok, facts));
    const { organisation, account, book } = stage;
    await createLane(kapok.core, { organisation, signer: account.address, incarnation: book.incarnation, ...lane });
    await stage.indexTo(1);
    return stage;
  }

  get core() {
    return this.kapok.core;
  }

  /** Lets the cursor stand at a block. @param whole whether this life of the store has learned the chain */
  async indexTo(blockNumber: number, whole = true): Promise<void> {
    const learned = whole && { learned: this.book.incarnation };
    const lease = await seizeIndexer(this.core, "test", 15_000);
    await moveCursor(this.core, lease, await readCursor(this.core), { blockNumber, hash: "0x00", time: 0, ...learned });
    await releaseIndexer(this.core, lease);
  }

  /** Begins another life of the store, as an operator does who put a copy back; nothing is learned in it yet. */
  async beginAgain(): Promise<void> {
    const { tables, incarnation, begunAt, ...facts } = this.book;
    this.book = await keepBook(this.kapok, facts, true);
  }

  async lane(): Promise<Lane> {
    return (await readLane(this.core, this.organisation))!;
  }

  journal() {
    return readJournal(this.core, this.organisation);
  }

  /** What an owner of the lane works with. */
  parts(): LaneParts {
    const { organisation, kapok, chain, settings, account, addresses } = this;
    const keys = { signer: async () => account, addresses: async () => addresses };
    return { organisation, kapok, chain, keys, settings, tending: new Tending(kapok, chain, organisation) };
  }

  /** A worker that has taken the lane. */
  async owner(name = "owner"): Promise<LaneWorker> {
    const worker = new LaneWorker(this.parts());
    if (!(await worker.take(name))) throw new Error(`${name} does not get the lane`);
    return worker;
  }

  /** Accepts earnings that wait together, and gives their ids. */
  async accept(...keys: string[]): Promise<string[]> {
    const { organisation } = this;
    const ids = keys.map((key) => idOf(organisation, key));
    const made = ids.map((id) => ({
      operation: {
        organisation,
        id,
        scenario: "points",
        kind: "earn",
        request: {},
        acceptedAt: "2026-11-01T00:00:00Z",
      },
      entry: { code: 2, operation: id, body: Buffer.alloc(20) },
      isSame: () => true,
    }));
    await putter(this.core, () => {})(made);
    return ids;
  }

  /** What the indexer does about a transaction of the lane's signer that a block holds. */
  async settle(nonce: number, hash: string, ids: string[] = [], status = 1, seen?: Lane): Promise<void> {
    const { organisation, core } = this;
    const decision: Decision = { status: "final", transaction: { hash, blockNumber: 1, logIndex: 0 }, decidedAt: "" };
    await mark(
      core,
      ids.map((id) => ({ organisation, id, scenario: "points", decision })),
    );
    const entry = (await this.journal()).find((candidate) => candidate.nonce === nonce);
    const mined = { nonce, hash, status, decided: new Set(ids), incarnation: this.book.incarnation };
    await settleNonce(this.kapok, seen ?? (await this.lane()), mined, entry);
  }

  /** Mines the lowest transaction that the journal holds at `lowest` or above, if there is one, and indexes its block. */
  async mineNext(lowest = 0): Promise<void> {
    const entry = (await this.journal()).find(({ nonce }) => nonce >= lowest && nonce >= this.chain.used);
    if (!entry) return;
    this.chain.used = entry.nonce + 1;
    await this.indexTo(++this.chain.newest);
    await this.settle(entry.nonce, entry.candidates.at(-1)!.hash, entry.ids);
  }

  /** Lets a reader not see these keys for as long as they are hidden: one item of a transaction comes before another. */
  hide(isHidden: (key: Key) => boolean): () => void {
    const { core } = this;
    const { partition, get } = core;
    core.partition = async function* <T extends Item>(pk: string, prefix?: string) {
      for await (const item of partition.call(core, pk, prefix)) if (!isHidden(item)) yield item as T;
    };
    core.get = async <T extends Item>(key: Key) => (isHidden(key) ? undefined : ((await get.call(core, key)) as T));
    return () => void Object.assign(core, { partition, get });
  }

  /** Runs something right before the lane is given back for the first time. */
  beforeRelease(happens: () => Promise<unknown>): void {
    const { core } = this;
    core.update = async (input) => {
      if (input.UpdateExpression?.includes("REMOVE #owner")) {
        delete (core as Partial<typeof core>).update;
        await happens();
      }
      return Object.getPrototypeOf(core).update.call(core, input);
    };
  }

  /** Runs something right before the next transaction of the store: what happens while its writer is not looking. */
  beforeTransaction(happens: () => Promise<unknown>): void {
    const { core } = this;
    core.transact = async (actions) => {
      delete (core as Partial<typeof core>).transact;
      await happens();
      return core.transact(actions);
    };
  }

  /** Runs something right before an entry of the journal is closed for the first time. */
  beforeClosing(happens: () => Promise<unknown>): void {
    const { core } = this;
    core.transact = async (actions) => {
      if (actions.some(({ Delete }) => Delete?.Key?.["sk"].startsWith("entry#"))) {
        delete (core as Partial<typeof core>).transact;
        await happens();
      }
      return Object.getPrototypeOf(core).transact.call(core, actions);
    };
  }
}
