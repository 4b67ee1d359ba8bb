import type { Hex } from "viem";
import {
  type Programme,
  earn,
  enrol,
  entry,
  freeze,
  kinds,
  nextOperation,
  redeem,
  reverse,
  settle,
  unfreeze,
} from "../../../scripts/points/sandbox.ts";
import type { Dice } from "./dice.ts";
import type { Asked, NaiveLedger } from "./naive-ledger.ts";
import type { Original } from "./originals.ts";

const BUCKET_END = 2 ** 28;

/** What organisations might ask of a book, likely and unlikely, at likely and unlikely moments. */
export class RandomBatches {
  readonly originals: Original[] = [];
  private readonly dice: Dice;
  private readonly ledger: NaiveLedger;
  private readonly programme: Programme;
  private readonly start: number;

  constructor(dice: Dice, ledger: NaiveLedger, programme: Programme, start: number) {
    this.dice = dice;
    this.ledger = ledger;
    this.programme = programme;
    this.start = start;
  }

  /** The time of the next block: soon, or at a boundary of a period or a day, or much later. */
  timeAfter(time: number): number {
    const { periodSeconds, periods } = this.programme;
    const period = this.start + Math.ceil((time + 2 - this.start) / periodSeconds) * periodSeconds;
    const day = Math.ceil((time + 2 + 8 * 3600) / 86_400) * 86_400 - 8 * 3600;
    if (!this.dice.once(3)) return time + 1 + this.dice.below(60);
    const boundary = this.dice.pick([period, period, day, period + periodSeconds * this.dice.below(periods + 2)]);
    return Math.max(time + 1, boundary - this.dice.below(2));
  }

  batch(time: number): Asked[] {
    const size = this.dice.once(20) ? 0 : 1 + this.dice.below(9);
    return Array.from({ length: size }, () => this.operation(time));
  }

  private operation(time: number): Asked {
    const { dice } = this;
    const member = this.member();
    switch (dice.below(20)) {
      case 0:
        return { entry: dice.once(4) ? entry(kinds.enrol, "0x", member) : enrol() };
      case 1:
        return { entry: dice.once(2) ? freeze(member) : unfreeze(member), member };
      case 2:
        return dice.once(2) ? { entry: settle() } : { entry: entry(dice.pick([kinds.void, 8, 9, 100, 255]), "0x0102") };
      case 3:
        return this.malformed();
      case 4:
      case 5:
      case 6:
      case 7:
      case 8:
      case 9:
        return this.reversal() ?? { entry: enrol() };
      case 10:
      case 11:
      case 12:
      case 13:
        return this.redemption(member, time);
      default:
        return this.earning(member);
    }
  }

  private member(): Hex {
    const members = [...this.ledger.accounts.keys()];
    return members.length === 0 || this.dice.once(30) ? nextOperation() : this.dice.pick(members);
  }

  private earning(member: Hex): Asked {
    const { dice } = this;
    const large = dice.pick([0, BUCKET_END - 1, BUCKET_END, 2 ** 32 - 1, dice.below(BUCKET_END)]);
    const points = dice.once(10) ? large : 1 + dice.below(dice.pick([10, 1000, 100_000]));
    return { entry: earn(member, points), member, points };
  }

  private redemption(member: Hex, time: number): Asked {
    const { dice } = this;
    const live = this.ledger.accounts.get(member)?.live(time) ?? 0;
    const most = Math.min(live, 2 ** 32 - 2);
    const points = dice.pick([most, most + 1, dice.below(most + 1), dice.below(most + 1), dice.below(10)]);
    return { entry: redeem(member, points), member, points };
  }

  /** Of anything that was applied, mostly of what can be reversed, and mostly with the right proof. */
  private reversal(): Asked | undefined {
    const { dice } = this;
    const reversible = this.originals.filter(({ kind }) => kind === kinds.earn || kind === kinds.redeem);
    const recent = dice.once(3) ? reversible : reversible.slice(-20);
    const original = dice.once(12) ? dice.pick(this.originals) : dice.pick(recent);
    if (!original) return undefined;
    const part = 1 + dice.below(Math.max(1, original.points));
    const points = dice.pick([0, 0, part, part, Math.min(original.points + 1, 2 ** 32 - 1)]);
    const lie = dice.once(8) ? dice.pick([...lies, strayNode]) : (told: Original) => told;
    const told = lie(original);
    return {
      entry: reverse(told, points, told.proof),
      reversal: { original: told, points, proven: told === original },
    };
  }

  private malformed(): Asked {
    const kind = this.dice.pick([1, 2, 3, 4, 5, 6, 7]);
    const right = [0, 20, 20, 57, 16, 16, 0][kind - 1]!;
    const length = right + this.dice.pick(right === 0 ? [1, 2, 32] : [-right, -1, 1, 31]);
    const body = `0x${"5a".repeat(length)}` as Hex;
    return { entry: entry(kind, body), malformed: true };
  }
}

/** An original told otherwise than it was: no proof must do for it. */
const lies: ((original: Original) => Original)[] = [
  (original) => ({ ...original, batch: original.batch + 1n }),
  (original) => ({ ...original, index: original.index + 1 }),
  (original) => ({ ...original, kind: original.kind === kinds.earn ? kinds.redeem : kinds.earn }),
  (original) => ({ ...original, operation: nextOperation() }),
  (original) => ({ ...original, member: nextOperation() }),
  (original) => ({ ...original, points: (original.points + 1) % 2 ** 32 }),
  (original) => ({ ...original, period: original.period + 1 }),
];

function strayNode(original: Original): Original {
  return { ...original, proof: [...original.proof, original.leaf] };
}
