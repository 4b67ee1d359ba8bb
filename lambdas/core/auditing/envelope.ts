import type { Block, Receipt } from "../chain/chain.ts";
import { organisationHex } from "../chain/envelope.ts";
import { leafHash, merkleRoot } from "../chain/merkle.ts";
import type { ReadableLedger } from "../indexing/read-block.ts";
import { uuidBytes, uuidOfHex } from "../operation.ts";
import type { LedgerEvent } from "../scenario.ts";
import { chunks } from "../store/table.ts";
import type { Batch } from "./batches.ts";
import { batchesOf } from "./batches.ts";
import type { Checked, LedgerAudit } from "./book.ts";
import { LawBroken } from "./book.ts";
import { laws } from "./laws.ts";
import type { Members } from "./members.ts";
import type { PinnedBlock } from "./pinned-block.ts";

/** How many roots are read at one block. */
const ROOTS_TOGETHER = 1000;

/** What one organisation did in one ledger. */
export interface Activity {
  batches: number;
  applied: number;
  rejected: number;
}

interface Told extends Activity {
  /** Of each batch in order. */
  roots: string[];
}

/** Every operation that was applied or rejected, in whatever ledger: an organisation has one space of ids. */
export type Decided = Map<string, Set<string>>;

/** Checks what every ledger shares, and hands each event on to the ledger's own audit. */
export class EnvelopeAudit {
  readonly ledger: ReadableLedger;
  private readonly members: Members;
  private readonly decided: Decided;
  private readonly own: LedgerAudit;
  private readonly checked: Checked;
  private readonly told = new Map<string, Told>();

  constructor(ledger: ReadableLedger, members: Members, decided: Decided, own: LedgerAudit, checked: Checked) {
    this.ledger = ledger;
    this.members = members;
    this.decided = decided;
    this.own = own;
    this.checked = checked;
  }

  get activities(): ReadonlyMap<string, Activity> {
    return this.told;
  }

  /** Takes in what one transaction did. */
  hear(block: Block, receipt: Receipt): void {
    for (const batch of batchesOf(this.ledger, block, receipt)) {
      this.checkBatch(batch);
      for (const event of batch.events) this.own.event(event);
    }
  }

  /** Compares the contract with what its events said. */
  async state(block: PinnedBlock, addresses: Record<string, string>): Promise<void> {
    const { scenario, address } = this.ledger;
    const contract = { address, abi: scenario.ledger.abi };
    await this.checkConnection(block, "authority", addresses["AccessManager"]!);
    await this.checkConnection(block, "organisations", addresses["Organisations"]!);
    await block.each([...this.members.organisations], async (organisation) => {
      const kept = Number(await block.read(contract, "batchCount", [organisationHex(organisation)]));
      const told = this.told.get(organisation)?.batches ?? 0;
      if (kept === told) return;
      throw new LawBroken(laws.numbers, `the contract counts ${kept} batches of ${organisation}, its events ${told}`);
    });
    block.checked(laws.numbers, this.members.organisations.length);
    await this.own.state({
      blockNumber: block.number,
      time: block.time,
      read: (functionName, args) => block.read(contract, functionName, args),
      checked: block.checked,
    });
  }

  /**
   * Compares every root that the contract keeps. It is written once and never again, so each portion may be read at
   * whatever block is newest, and a long history does not outlive the memory of a node.
   */
  async roots(pin: () => Promise<PinnedBlock>): Promise<void> {
    const { scenario, address } = this.ledger;
    const all = [...this.told].flatMap(([organisation, { roots }]) => {
      return roots.map((root, index) => ({ organisation, number: index + 1, root }));
    });
    for (const portion of chunks(all, ROOTS_TOGETHER)) {
      const block = await pin();
      await block.each(portion, async ({ organisation, number, root }) => {
        const args = [organisationHex(organisation), BigInt(number)];
        const kept = await block.read({ address, abi: scenario.ledger.abi }, "rootOf", args);
        if (kept === root) return;
        throw new LawBroken(
          laws.roots,
          `the contract keeps ${kept} for batch ${number} of ${organisation}, its event says ${root}`,
        );
      });
      this.checked(laws.roots, portion.length);
    }
  }

  private async checkConnection(block: PinnedBlock, functionName: string, expected: string): Promise<void> {
    const { address, scenario } = this.ledger;
    const kept: string = await block.read({ address, abi: scenario.ledger.abi }, functionName);
    if (kept.toLowerCase() === expected.toLowerCase()) return;
    throw new LawBroken(
      laws.chain,
      `the ledger of ${scenario.name} has the ${functionName} ${kept}, the book ${expected}`,
    );
  }

  private checkBatch(batch: Batch): void {
    const { organisation, number, sender, events } = batch;
    const { place, args } = events.at(-1)!;
    const told = this.toldOf(organisation);

    const speaker = this.members.speaker(sender);
    if (speaker !== organisation) {
      const whose = speaker ? `speaks for ${speaker}` : "speaks for nobody";
      throw new LawBroken(
        laws.signers,
        `batch ${number} of ${organisation} came from ${sender}, which ${whose}`,
        place,
      );
    }
    this.checked(laws.signers);

    if (number !== told.batches + 1) {
      throw new LawBroken(laws.numbers, `batch ${number} of ${organisation} follows its batch ${told.batches}`, place);
    }
    told.batches = number;
    this.checked(laws.numbers);

    const leaves = this.leavesOf(batch);
    const root = `0x${Buffer.from(merkleRoot(leaves)).toString("hex")}`;
    if (args.root !== root) {
      throw new LawBroken(
        laws.roots,
        `batch ${number} of ${organisation} says ${args.root}, its events make ${root}`,
        place,
      );
    }
    told.roots.push(root);
    this.checked(laws.roots);

    const rejected = events.filter(({ name }) => name === "OperationRejected").length;
    if (args.applied !== leaves.length || args.rejected !== rejected) {
      const said = `batch ${number} of ${organisation} counts ${args.applied} applied and ${args.rejected} rejected`;
      throw new LawBroken(laws.roots, `${said}, its events ${leaves.length} and ${rejected}`, place);
    }
    told.applied += leaves.length;
    told.rejected += rejected;
  }

  private leavesOf({ organisation, number, events }: Batch): Uint8Array[] {
    const leaves: Uint8Array[] = [];
    for (const event of events) {
      if (event.name === "OperationRejected") this.decide(organisation, uuidOfHex(event.args.operation), event);
      const applied = this.ledger.scenario.ledger.applied(event);
      if (!applied) continue;
      const { operation, code, details } = applied;
      this.decide(organisation, operation, event);
      const leaf = {
        organisation,
        batch: number,
        index: leaves.length,
        code,
        operation: uuidBytes(operation),
        details,
      };
      leaves.push(leafHash(leaf));
    }
    return leaves;
  }

  private decide(organisation: string, operation: string, { name, place }: LedgerEvent): void {
    const decided = this.decided.get(organisation) ?? new Set();
    if (decided.has(operation)) {
      throw new LawBroken(
        laws.once,
        `${organisation} repeated its operation ${operation}: ${name} decides it again`,
        place,
      );
    }
    this.decided.set(organisation, decided.add(operation));
    this.checked(laws.once);
  }

  private toldOf(organisation: string): Told {
    let told = this.told.get(organisation);
    if (!told) {
      told = { batches: 0, applied: 0, rejected: 0, roots: [] };
      this.told.set(organisation, told);
    }
    return told;
  }
}
