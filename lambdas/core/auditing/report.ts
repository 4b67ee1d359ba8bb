import type { Block } from "../chain/chain.ts";
import type { Checked } from "./book.ts";
import type { Activity, EnvelopeAudit } from "./envelope.ts";
import type { Members } from "./members.ts";

/** What an audit has checked so far. */
export class Report {
  /** Cases of each law, in the order in which laws were first named. */
  readonly laws = new Map<string, number>();
  firstBlock: number | undefined;
  lastBlock: Block | undefined;
  /** The block at which state was compared. */
  stateBlock: Block | undefined;
  private members: Members | undefined;
  private envelopes: EnvelopeAudit[] = [];
  private readonly onBlock: (block: Block) => void;

  /** @param onBlock told of every block that was replayed */
  constructor(onBlock: (block: Block) => void = () => {}) {
    this.onBlock = onBlock;
  }

  readonly checked: Checked = (law, cases = 1) => {
    this.laws.set(law, (this.laws.get(law) ?? 0) + cases);
  };

  /** Notes that everything up to `block` was replayed. */
  block(block: Block, members: Members, envelopes: EnvelopeAudit[]): void {
    this.firstBlock ??= block.number;
    this.lastBlock = block;
    this.members = members;
    this.envelopes = envelopes;
    this.onBlock(block);
  }

  /** Notes what was checked of the state after `block`. */
  state(block: Block, tally: ReadonlyMap<string, number>): void {
    this.stateBlock = block;
    for (const [law, cases] of tally) this.checked(law, cases);
  }

  /** What each organisation did, by scenario. */
  get activities(): (Activity & { organisation: string; scenario: string })[] {
    return this.envelopes.flatMap(({ ledger, activities }) =>
      (this.members?.organisations ?? []).map((organisation) => {
        const { batches, applied, rejected } = activities.get(organisation) ?? { batches: 0, applied: 0, rejected: 0 };
        return { organisation, scenario: ledger.scenario.name, batches, applied, rejected };
      }),
    );
  }

  /** The report for a person to read. */
  toString(): string {
    const { firstBlock, lastBlock, stateBlock } = this;
    const lines: string[] = [];
    if (lastBlock) lines.push(`Replayed blocks ${firstBlock} to ${lastBlock.number}, ${lastBlock.hash}.`);
    if (stateBlock) lines.push(`Compared the contracts' state after block ${stateBlock.number}, ${stateBlock.hash}.`);
    const activities = this.activities.map((each) => {
      const { organisation, scenario, batches, applied, rejected } = each;
      return [organisation, scenario, `${batches}`, `${applied}`, `${rejected}`];
    });
    lines.push(...columns(["organisation", "scenario", "batches", "applied", "rejected"], activities));
    lines.push(
      ...columns(
        ["law", "cases"],
        [...this.laws].map(([law, cases]) => [law, `${cases}`]),
      ),
    );
    return lines.join("\n");
  }
}

/** A table with its heading, columns as wide as they need; numbers stand right. */
function columns(heading: string[], body: string[][]): string[] {
  if (body.length === 0) return [];
  const rows = [heading, ...body];
  const widths = heading.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => {
    const cells = row.map((cell, column) => {
      return /^\d+$/.test(cell) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
    });
    return cells.join("  ").trimEnd();
  });
  return ["", ...lines];
}
