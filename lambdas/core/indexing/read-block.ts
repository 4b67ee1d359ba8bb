import { organisationOf } from "../chain/envelope.ts";
import { eventDecoder } from "../chain/events.ts";
import type { Block, Receipt } from "../chain/chain.ts";
import { leafHash, merkleRoot } from "../chain/merkle.ts";
import { uuidBytes, uuidOfHex } from "../operation.ts";
import type { Decision, Place } from "../operation.ts";
import { rejectionOf } from "../rejection.ts";
import type { LedgerEvent, Row, Scenario } from "../scenario.ts";
import type { PlacedRow } from "../store/projections.ts";
import { leavesKey } from "../store/projections.ts";

/** A ledger of the book, ready to be read. */
export interface ReadableLedger {
  scenario: Scenario;
  /** Lower case. */
  address: string;
  /** Constants of the book, in the form of the settings. */
  constants: Record<string, any>;
  decode: ReturnType<typeof eventDecoder>;
}

export function readableLedger(scenario: Scenario, address: string, constants: Record<string, any>): ReadableLedger {
  return { scenario, address: address.toLowerCase(), constants, decode: eventDecoder(scenario.ledger.abi) };
}

/** What the chain decided of one operation. */
export interface Decided {
  organisation: string;
  id: string;
  scenario: string;
  decision: Decision;
}

/** What one block says of one ledger. */
export interface LedgerBlock {
  ledger: ReadableLedger;
  events: LedgerEvent[];
  decided: Decided[];
  rows: PlacedRow[];
}

/**
 * Reads the events of one ledger in a block. The events of a batch are those of the ledger before its BatchApplied, in
 * the same transaction; that last event says whose they are.
 * @throws when a batch does not add up to its root: the contract and this code disagree
 */
export function readLedgerBlock(ledger: ReadableLedger, block: Block, receipts: Receipt[]): LedgerBlock {
  const found: LedgerBlock = { ledger, events: [], decided: [], rows: [] };
  for (const receipt of receipts) {
    let open: { name: string; args: any; place: Place }[] = [];
    for (const log of receipt.logs) {
      if (log.address !== ledger.address) continue;
      const event = ledger.decode(log);
      if (!event) continue;
      open.push({
        ...event,
        place: { hash: receipt.transactionHash, blockNumber: block.number, logIndex: log.logIndex },
      });
      if (event.name !== "BatchApplied") continue;
      readBatch(found, block, organisationOf(event.args.organisation), Number(event.args.batch), open);
      open = [];
    }
  }
  return found;
}

function readBatch(
  found: LedgerBlock,
  block: Block,
  organisation: string,
  batch: number,
  events: { name: string; args: any; place: Place }[],
): void {
  const { scenario, constants } = found.ledger;
  const decidedAt = new Date(block.time * 1000).toISOString();
  const leaves: Uint8Array[] = [];
  const say = (id: string, decision: Decision) =>
    found.decided.push({ organisation, id, scenario: scenario.name, decision });

  for (const { name, args, place } of events) {
    if (name === "OperationRejected") {
      const problem = rejectionOf(scenario, args.reason);
      say(uuidOfHex(args.operation), { status: "rejected", problem, transaction: place, decidedAt });
      continue;
    }
    const event: LedgerEvent = { name, args, organisation, batch, place, time: block.time, book: constants };
    found.events.push(event);
    for (const row of scenario.ledger.project(event)) found.rows.push({ row, place, time: block.time });

    const applied = scenario.ledger.applied(event);
    if (!applied) continue;
    const { operation, kind, code, details, result } = applied;
    const index = leaves.length;
    leaves.push(leafHash({ organisation, batch, index, code, operation: uuidBytes(operation), details }));
    const proof = { batch, index, code, details: Buffer.from(details).toString("hex") };
    say(operation, { status: "final", kind, result, transaction: place, decidedAt, proof });
  }

  const { args, place } = events.at(-1)!;
  if (Buffer.compare(Buffer.from(args.root.slice(2), "hex"), merkleRoot(leaves)) !== 0) {
    throw new Error(`batch ${batch} of ${organisation} in block ${block.number} does not add up to its root`);
  }
  if (leaves.length > 0) {
    const row: Row = { ...leavesKey(organisation, batch), attributes: { leaves: Buffer.concat(leaves) } };
    found.rows.push({ row, place, time: block.time });
  }
}
