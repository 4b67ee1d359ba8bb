import { createHash } from "node:crypto";
import type { FullBlock } from "../chain/walk.ts";
import { organisationsReader } from "../indexing/read-organisations.ts";
import type { Decided, ReadableLedger } from "../indexing/read-block.ts";
import { readLedgerBlock } from "../indexing/read-block.ts";
import type { Kapok } from "../kapok.ts";
import type { Decision } from "../operation.ts";
import { readCursor } from "../store/book.ts";
import { operationKey, operationOf } from "../store/operations.ts";
import { outcomesKey, outcomesOf } from "../store/outcomes.ts";
import type { PlacedRow } from "../store/projections.ts";
import { itemOf, orderOf } from "../store/projections.ts";
import { isRebuilding } from "../store/rebuilding.ts";
import type { Item } from "../store/table.ts";
import { nameOf } from "../store/table.ts";
import type { Checked } from "./book.ts";
import { LawBroken } from "./book.ts";
import { laws, storeLaws } from "./laws.ts";

/** Projections cannot be compared while they are made again. */
export class StoreRebuilding extends Error {
  constructor() {
    super("the projections are being rebuilt; when that is finished (npm run rebuild), audit again");
    this.name = "StoreRebuilding";
  }
}

/** What a table holds under one key, and whether the chain was seen to say the same. */
interface Kept {
  order: string;
  digest: string;
  seen: boolean;
}

/**
 * Compares a store with the chain without stopping those who write to it. All rows are read first; then the replay says
 * of each what it must be. What blocks up to the cursor say must stand there, for the cursor was read before the rows;
 * what later blocks say may stand there.
 */
export class StoreAudit {
  private readonly ledgers: ReadableLedger[];
  private readonly readMembers: ReturnType<typeof organisationsReader>;
  private readonly checked: Checked;
  private readonly cursor: { blockNumber: number; hash?: string };
  private readonly projections = new Map<string, Map<string, Kept>>();
  private readonly members = new Map<string, Kept>();
  private readonly decisions = new Map<string, Kept>();
  /** Of the operations that were marked together: by place, and by name among them. */
  private readonly outcomes = new Map<string, Map<string, Kept>>();
  /** The place of each operation that is not decided by its own item, by name. */
  private readonly places = new Map<string, string>();
  /** The replay must come this far before what nothing made is told from what it did not reach. */
  blockNumber: number;

  private constructor(
    ledgers: ReadableLedger[],
    organisations: string,
    cursor: { blockNumber: number; hash?: string },
    checked: Checked,
  ) {
    this.ledgers = ledgers;
    this.readMembers = organisationsReader(organisations);
    this.cursor = cursor;
    this.blockNumber = cursor.blockNumber;
    this.checked = checked;
  }

  /**
   * Reads the whole store.
   * @param organisations address of the contract
   * @throws StoreRebuilding
   */
  static async open(
    kapok: Kapok,
    ledgers: ReadableLedger[],
    organisations: string,
    checked: Checked,
  ): Promise<StoreAudit> {
    await refuseWhileRebuilding(kapok);
    const cursor = (await readCursor(kapok.core)) ?? { blockNumber: -1 };
    const audit = new StoreAudit(ledgers, organisations, cursor, checked);
    for (const { scenario } of ledgers) {
      const rows = new Map<string, Kept>();
      for await (const item of kapok.projection(scenario.name).everything()) rows.set(nameOf(item), keptOf(item));
      audit.projections.set(scenario.name, rows);
    }
    for await (const item of kapok.core.everything()) {
      if (item.pk.startsWith("operation#")) audit.keepOperation(item);
      else if (item.pk.startsWith("outcomes#")) audit.keepOutcomes(item);
      else if (item.pk === "organisations" || item.pk === "signers") audit.members.set(nameOf(item), keptOf(item));
    }
    audit.findOutcomes();
    await refuseWhileRebuilding(kapok);
    audit.blockNumber = (await readCursor(kapok.core))?.blockNumber ?? audit.blockNumber;
    return audit;
  }

  private keepOperation(item: Item): void {
    const { organisation, decision } = operationOf(item);
    this.decisions.set(nameOf(item), keptDecision(decision));
    if (!decision && item["queued"]) this.places.set(nameOf(item), nameOf(outcomesKey(organisation, item["queued"])));
  }

  private keepOutcomes(item: Item): void {
    const [, organisation] = item.pk.split("#") as [string, string];
    const kept = [...outcomesOf(item)].map(([id, { decision }]) => {
      return [nameOf(operationKey(organisation, id)), keptDecision(decision)] as const;
    });
    this.outcomes.set(nameOf(item), new Map(kept));
  }

  /** Lets each operation have the decision that lies where its item says. */
  private findOutcomes(): void {
    for (const [name, place] of this.places) {
      const kept = this.outcomes.get(place)?.get(name);
      if (kept) this.decisions.set(name, kept);
    }
    this.places.clear();
    this.outcomes.clear();
  }

  /** Takes in the next block. */
  hear({ block, receipts }: FullBlock): void {
    if (block.number === this.cursor.blockNumber && block.hash !== this.cursor.hash) {
      throw new LawBroken(laws.chain, `the store followed another block ${block.number}, ${this.cursor.hash}`);
    }
    if (receipts.length === 0) return;
    this.compareRows(storeLaws.organisations, "core", this.members, this.readMembers(block, receipts));
    for (const ledger of this.ledgers) {
      const { name } = ledger.scenario;
      const { rows, decided } = readLedgerBlock(ledger, block, receipts);
      this.compareRows(storeLaws.projections, name, this.projections.get(name)!, rows);
      for (const each of decided) this.compareDecision(each);
    }
  }

  /** What is left now was made by no event. */
  finish(): void {
    for (const [scenario, rows] of this.projections)
      refuseUnseen(storeLaws.projections, rows, `the table of ${scenario}`);
    refuseUnseen(storeLaws.organisations, this.members, "the table of core");
    refuseUnseen(storeLaws.operations, this.decisions, "the table of core");
  }

  /** Of the rows that a block writes under one key the last one stays. */
  private compareRows(law: string, table: string, kept: Map<string, Kept>, rows: PlacedRow[]): void {
    const written = new Map(rows.map((placed) => [nameOf(itemOf(placed)), placed]));
    for (const [name, placed] of written) {
      this.compare(law, `the row "${name}" of ${table}`, kept.get(name), keptOf(itemOf(placed)), placed.place);
      this.checked(law);
    }
  }

  private compareDecision({ organisation, id, decision }: Decided): void {
    const found = this.decisions.get(nameOf(operationKey(organisation, id)));
    const subject = `the operation ${id} of ${organisation}`;
    this.compare(storeLaws.operations, subject, found, keptDecision(decision), decision.transaction);
    this.checked(storeLaws.operations);
  }

  private compare(
    law: string,
    subject: string,
    found: Kept | undefined,
    told: Kept,
    place: Decision["transaction"],
  ): void {
    if (found?.order === told.order) {
      if (found.digest !== told.digest) throw new LawBroken(law, `${subject} differs from what its event says`, place);
      found.seen = true;
      return;
    }
    const newer = found !== undefined && found.order > told.order;
    if (newer || place.blockNumber > this.cursor.blockNumber) return;
    throw new LawBroken(law, found ? `${subject} is older than its newest event` : `${subject} is missing`, place);
  }
}

async function refuseWhileRebuilding(kapok: Kapok): Promise<void> {
  if (await isRebuilding(kapok.core)) throw new StoreRebuilding();
}

function refuseUnseen(law: string, rows: Map<string, Kept>, table: string): void {
  for (const [name, { order, seen }] of rows) {
    if (seen || order === OPEN) continue;
    throw new LawBroken(law, `"${name}" in ${table} is made by no event`);
  }
}

/** The order of an operation that nothing has decided: before every place. */
const OPEN = "";

/** Whatever was not made by an event stands behind every place. */
function keptOf(item: Item): Kept {
  const { blockNumber, logIndex } = item;
  const placed = Number.isInteger(blockNumber) && Number.isInteger(logIndex);
  return { order: placed ? orderOf({ blockNumber, logIndex }) : "nowhere", digest: digestOf(item), seen: false };
}

/** Of a decision, what any version of Kapok says alike: the words of a problem may change, its name does not. */
function keptDecision(decision: Decision | undefined): Kept {
  if (!decision) return { order: OPEN, digest: "", seen: false };
  const { transaction, problem, ...rest } = decision;
  const digest = digestOf({ ...rest, problem: problem?.name, transaction });
  return { order: orderOf(transaction), digest, seen: false };
}

function digestOf(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("base64").slice(0, 22);
}

/** A value as text that does not depend on the order of its fields, absent ones left out. */
function canonical(value: unknown): string {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString("base64")}`;
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "";
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${canonical(field)}`).join()}}`;
}
