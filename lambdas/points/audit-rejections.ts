import { decodeErrorResult } from "viem/utils";
import { pointsLedgerAbi } from "../../contracts/points/generated/PointsLedger.abi.ts";
import { uuidOfHex } from "../core/operation.ts";
import type { LedgerEvent } from "../core/scenario.ts";
import { dayOf, isGone, periodOf } from "./audit-calendar.ts";
import { laws } from "./audit-laws.ts";
import { EARN, REDEEM } from "./audit-postings.ts";
import type { Story } from "./audit-story.ts";
import { broken } from "./audit-story.ts";

/**
 * A rejected operation goes on with no story: what comes after it must follow from what came before. Beside that, its
 * reason must have been true, where the story can tell.
 */
export function rejected(story: Story, event: LedgerEvent): void {
  const { errorName, args } = decoded(event);
  const truth = truths[errorName];
  if (truth && !truth(story, event, args)) {
    const said = args.map((each) => String(each)).join(", ");
    throw broken(laws.rejected, `an operation was rejected for ${errorName}(${said}), which was not so`, event);
  }
  story.checked(laws.rejected);
}

function decoded({ args }: LedgerEvent): { errorName: string; args: readonly any[] } {
  try {
    const { errorName, args: values } = decodeErrorResult({ abi: pointsLedgerAbi, data: args.reason });
    return { errorName, args: values ?? [] };
  } catch {
    return { errorName: "an unknown error", args: [] };
  }
}

type Truth = (story: Story, event: LedgerEvent, args: readonly any[]) => boolean;

const truths: Record<string, Truth> = {
  PointsLedgerMemberUnknown: ({ members }, _, [member]) => !members.has(uuidOfHex(member)),

  PointsLedgerMemberExists: ({ members }, _, [member]) => members.has(uuidOfHex(member)),

  PointsLedgerMemberFrozen: ({ members }, _, [member]) => members.get(uuidOfHex(member))?.frozen === true,

  PointsLedgerInsufficientPoints({ members, programme }, { time }, [member, balance, points]) {
    const live = members.get(uuidOfHex(member))?.live(periodOf(programme, time));
    return live !== undefined && BigInt(live) === balance && points > balance;
  },

  PointsLedgerDailyCapExceeded({ books, programme }, { organisation, time }, [cap, issuedToday, points]) {
    const issued = books.issuedIn(dayOf(time), organisation);
    return cap === programme.dailyIssueCap && issuedToday === issued && issuedToday + points > cap;
  },

  PointsLedgerNotReversible: (_story, _event, [kind]) => kind !== EARN && kind !== REDEEM,

  PointsLedgerOriginalExpired({ originals, programme }, { organisation, time }, [id]) {
    const original = originals.find(organisation, uuidOfHex(id));
    return original !== undefined && isGone(programme, original.period, periodOf(programme, time));
  },

  PointsLedgerReversalTooLarge({ originals }, { organisation }, [id, left, points]) {
    const original = originals.find(organisation, uuidOfHex(id));
    return (
      original !== undefined && left === BigInt(original.points - original.reversed) && (points > left || left === 0n)
    );
  },
};
