import { uuidBytes, uuidOfHex } from "../core/operation.ts";
import type { Applied, LedgerEvent } from "../core/scenario.ts";
import { balanceAt, periodAt, unpackAccount } from "./account.ts";
import { codes } from "./operations.ts";
import { postingOf } from "./posting.ts";
import type { MemberPosting } from "./posting.ts";
import type { Programme } from "./settings.ts";

const nobody = "00000000-0000-0000-0000-000000000000";

/** Which operation an event applies, its leaf and its result; undefined for events that apply none. */
export function applied(event: LedgerEvent): Applied | undefined {
  const programme = event.book as Programme;
  const period = periodAt(programme, event.time);
  const posting = postingOf(event);
  if (posting) {
    const { operation, kind, member, points } = posting;
    const result = resultOf(posting, programme, event.time);
    return { operation, kind, code: codes[kind], details: details(member, points, period), result };
  }
  if (event.name === "SettlementClosed") {
    const result = { settlement: Number(event.args.settlement), statements: event.args.statements };
    const operation = uuidOfHex(event.args.operation);
    return { operation, kind: "settle", code: codes.settle, details: details(nobody, 0, period), result };
  }
  return undefined;
}

/** The details of a leaf: member bytes16 ‖ points uint32 ‖ period uint32. */
function details(member: string, points: number, period: number): Uint8Array {
  const packed = Buffer.alloc(24);
  packed.set(uuidBytes(member), 0);
  packed.writeUInt32BE(points, 16);
  packed.writeUInt32BE(period, 20);
  return packed;
}

function resultOf(posting: MemberPosting, programme: Programme, time: number): Record<string, unknown> {
  const { kind, member, points, original, shortfall } = posting;
  const account = unpackAccount(posting.account);
  if (kind === "enrol") return { member };
  if (kind === "freeze" || kind === "unfreeze") return { member, frozen: account.frozen };
  return {
    member,
    points,
    ...(original === undefined ? {} : { original }),
    ...(shortfall === undefined ? {} : { shortfall }),
    balance: balanceAt(account, programme, time),
  };
}
