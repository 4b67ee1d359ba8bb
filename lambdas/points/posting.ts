import { uuidOfHex } from "../core/operation.ts";
import type { LedgerEvent } from "../core/scenario.ts";

/** What an operation did to one member, as its event says. */
export interface MemberPosting {
  kind: "enrol" | "earn" | "redeem" | "reverse" | "freeze" | "unfreeze";
  operation: string;
  member: string;
  /** As in the leaf: for a reversal, what counts as reversed. */
  points: number;
  /** By how much the member's points changed. */
  change: number;
  /** The account word after it. */
  account: bigint;
  /** The operation that a reversal reversed. */
  original?: string;
  /** Of a reversed earning: what could not be taken back any more. */
  shortfall?: number;
}

/** The posting that an event tells of; undefined for events that tell of none. */
export function postingOf({ name, args }: LedgerEvent): MemberPosting | undefined {
  const shape = shapes[name];
  if (!shape) return undefined;
  const operation = uuidOfHex(args.operation);
  const member = args.member === undefined ? operation : uuidOfHex(args.member);
  const points = Number(args.points ?? 0n);
  const shortfall = args.shortfall === undefined ? undefined : Number(args.shortfall);
  return {
    kind: shape.kind,
    operation,
    member,
    points,
    change: shape.sign * (points - (shortfall ?? 0)),
    account: args.account,
    ...(args.original === undefined ? {} : { original: uuidOfHex(args.original) }),
    ...(shortfall === undefined ? {} : { shortfall }),
  };
}

const shapes: Record<string, { kind: MemberPosting["kind"]; sign: number }> = {
  MemberEnrolled: { kind: "enrol", sign: 0 },
  PointsEarned: { kind: "earn", sign: 1 },
  PointsRedeemed: { kind: "redeem", sign: -1 },
  EarningReversed: { kind: "reverse", sign: -1 },
  RedemptionReversed: { kind: "reverse", sign: 1 },
  MemberFrozen: { kind: "freeze", sign: 0 },
  MemberUnfrozen: { kind: "unfreeze", sign: 0 },
};
