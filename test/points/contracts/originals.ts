import type { Hex } from "viem";
import {
  type Applied,
  type Entry,
  type Event,
  kinds,
  leafOf,
  proofOf,
  reverse,
} from "../../../scripts/points/sandbox.ts";

/** An applied operation with what its merchant needs to reverse it. */
export type Original = Applied & { organisation: string; leaf: Hex; proof: Hex[] };

const nobody: Hex = `0x${"00".repeat(16)}`;

/** What a batch applied, as an outsider rebuilds it from its entries and events. No id may occur twice in it. */
export function originalsOf(organisation: string, entries: Entry[], events: Event[], period: number): Original[] {
  const batch: bigint = events.at(-1)!.args["batch"];
  const eventOf = new Map(events.map((event) => [event.args["operation"], event]));
  const applied = entries
    .filter(({ operation }) => eventOf.get(operation)!.eventName !== "OperationRejected")
    .map(({ kind, operation }, index): Applied => {
      const { member, points } = eventOf.get(operation)!.args;
      const named = kind === kinds.enrol ? operation : (member ?? nobody);
      return { kind, operation, batch, index, member: named, points: Number(points ?? 0), period };
    });
  return withProofs(organisation, applied);
}

/** Everything that a batch applied, each with its leaf and its path to the root. */
export function withProofs(organisation: string, applied: Applied[]): Original[] {
  const leaves = applied.map((one) => leafOf(organisation, one));
  return applied.map((one, at) => ({ ...one, organisation, leaf: leaves[at]!, proof: proofOf(leaves, at) }));
}

/** The reversal of an original with its own proof; 0 is all that is left. */
export function reversalOf(original: Original, points = 0): Entry {
  return reverse(original, points, original.proof);
}
