import { uuidOfHex } from "../core/operation.ts";
import type { Rejection } from "../core/operation.ts";

/** The problem of each custom error of PointsLedger.sol; undefined for an error that is not its own. */
export function rejection(error: { name: string; args: readonly unknown[] }): Rejection | undefined {
  return rejections[error.name]?.(error.args as any[]);
}

const rejections: Record<string, (args: any[]) => Rejection> = {
  PointsLedgerMemberUnknown: ([member]) => ({
    name: "unknown-member",
    detail: `Nobody enrolled the member ${uuidOfHex(member)}.`,
    member: uuidOfHex(member),
  }),
  PointsLedgerMemberExists: ([member]) => ({
    name: "member-exists",
    detail: `The member ${uuidOfHex(member)} was enrolled before.`,
    member: uuidOfHex(member),
  }),
  PointsLedgerMemberFrozen: ([member]) => ({
    name: "member-frozen",
    detail: `The member ${uuidOfHex(member)} is frozen.`,
    member: uuidOfHex(member),
  }),
  PointsLedgerZeroPoints: () => ({ name: "zero-points", detail: "The posting moves no points." }),
  PointsLedgerInsufficientPoints: ([member, balance, points]) => ({
    name: "insufficient-points",
    detail: `The member has ${balance} points, and ${points} were asked for.`,
    member: uuidOfHex(member),
    balance: Number(balance),
    points: Number(points),
  }),
  PointsLedgerAccountFull: ([member]) => ({
    name: "account-full",
    detail: `The account of the member ${uuidOfHex(member)} cannot hold the points.`,
    member: uuidOfHex(member),
  }),
  PointsLedgerPositionFull: () => ({ name: "position-full", detail: "The books cannot count the points." }),
  PointsLedgerDailyCapExceeded: ([cap, issuedToday, points]) => ({
    name: "daily-cap-exceeded",
    detail: `${issuedToday} of ${cap} points were issued today, and ${points} more were asked for.`,
    cap: Number(cap),
    issuedToday: Number(issuedToday),
    points: Number(points),
  }),
  PointsLedgerNotReversible: ([kind]) => ({
    name: "not-reversible",
    detail: `An operation of kind ${kind} cannot be reversed.`,
  }),
  PointsLedgerOriginalNotProven: ([original]) => ({
    name: "original-not-proven",
    detail: `The proof does not lead to the operation ${uuidOfHex(original)}.`,
    original: uuidOfHex(original),
  }),
  PointsLedgerOriginalExpired: ([original]) => ({
    name: "original-expired",
    detail: `The points of the operation ${uuidOfHex(original)} have expired.`,
    original: uuidOfHex(original),
  }),
  PointsLedgerReversalTooLarge: ([original, left, points]) => ({
    name: "reversal-too-large",
    // Zero asks for all that is left, and is rejected only where nothing is.
    detail:
      Number(points) === 0
        ? "All points of the operation are reversed already."
        : `${left} points of the operation are not reversed yet, and ${points} were asked for.`,
    original: uuidOfHex(original),
    left: Number(left),
  }),
};
