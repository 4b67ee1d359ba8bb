import { organisationOf } from "../core/chain/envelope.ts";
import { uuidOfHex } from "../core/operation.ts";
import type { LedgerEvent, Row } from "../core/scenario.ts";
import { balanceAt, unpackAccount } from "./account.ts";
import {
  memberPartition,
  numbered,
  poolKey,
  positionKey,
  settlementKey,
  settlementsPartition,
  statementKey,
} from "./rows.ts";
import { postingOf } from "./posting.ts";
import type { Programme } from "./settings.ts";

/**
 * The rows that an event makes. Amounts of money are decimal strings of thousandths of a minor unit, since they outgrow
 * a number; counters of points do not.
 */
export function project(event: LedgerEvent): Row[] {
  return postingRow(event) ?? projections[event.name]?.(event) ?? [];
}

/** A member's history; the newest row with an account is the member's state. */
function postingRow(event: LedgerEvent): Row[] | undefined {
  const posting = postingOf(event);
  if (!posting) return undefined;
  const { kind, operation, member, change, account, original, shortfall } = posting;
  const attributes = {
    kind,
    operation,
    merchant: event.organisation,
    points: change,
    balance: balanceAt(unpackAccount(account), event.book as Programme, event.time),
    account: `0x${account.toString(16)}`,
    ...(original === undefined ? {} : { original }),
    ...(shortfall === undefined ? {} : { shortfall }),
  };
  return [{ pk: memberPartition(member), attributes }];
}

const projections: Record<string, (event: LedgerEvent) => Row[]> = {
  PointsExpired: ({ args }) => [
    { pk: memberPartition(uuidOfHex(args.member)), attributes: { kind: "expire", points: -Number(args.points) } },
  ],

  PositionMoved: ({ args }) => {
    const organisation = organisationOf(args.organisation);
    return [{ ...positionKey(organisation), attributes: { organisation, ...counters(args), carry: `${args.carry}` } }];
  },

  PoolMoved: ({ args }) => {
    const { dropped, reserve, closed } = args;
    const attributes = { ...counters(args), dropped: Number(dropped), reserve: `${reserve}`, closed: `${closed}` };
    return [{ ...poolKey, attributes }];
  },

  StatementIssued: ({ args }) => {
    const organisation = organisationOf(args.organisation);
    const { opening, net, closing } = args;
    const money = { opening: `${opening}`, net: `${net * 1000n}`, closing: `${closing}` };
    const begun = { issued: 0, clawedBack: 0, redeemed: 0, givenBack: 0, carry: `${closing}` };
    return [
      {
        ...statementKey(Number(args.settlement), organisation),
        attributes: { organisation, ...counters(args), ...money },
      },
      { ...positionKey(organisation), attributes: { organisation, ...begun } },
    ];
  },

  SettlementClosed: ({ args }) => {
    const operation = uuidOfHex(args.operation);
    const number = Number(args.settlement);
    const attributes = { operation, number, reserve: `${args.reserve}` };
    return [
      { pk: settlementsPartition, sk: numbered(number), attributes },
      { ...settlementKey(operation), attributes },
    ];
  },
};

function counters(args: any) {
  const { issued, clawedBack, redeemed, givenBack } = args;
  return {
    issued: Number(issued),
    clawedBack: Number(clawedBack),
    redeemed: Number(redeemed),
    givenBack: Number(givenBack),
  };
}
