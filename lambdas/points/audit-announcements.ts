import { organisationOf } from "../core/chain/envelope.ts";
import type { LedgerEvent } from "../core/scenario.ts";
import { periodOf } from "./audit-calendar.ts";
import { laws } from "./audit-laws.ts";
import type { Story } from "./audit-story.ts";
import { broken, newBatch } from "./audit-story.ts";

type Moved = Story["books"]["pool"];

/** How each event that tells of the books, and not of a member, is held against the story. */
export const announcements: Record<string, (story: Story, event: LedgerEvent) => void> = {
  /** What it drops is compared when the posting comes that follows it. */
  PointsExpired(story, event) {
    story.batch.dropping = event;
  },

  PositionMoved(story, event) {
    const { args, organisation } = event;
    const told = story.books.positions.get(organisation);
    const whose = organisationOf(args.organisation);
    if (whose !== organisation || !told) throw broken(laws.zero, `a position of ${whose} moved that it did not`, event);
    const { day, issuedToday, ...money } = told;
    compare(laws.zero, `the position of ${organisation}`, args, money, event);
    compare(laws.caps, `what ${organisation} issued today`, args, { day, issuedToday }, event);
    story.batch.positionMoved = false;
  },

  PoolMoved(story, event) {
    const { args, time } = event;
    const { issued, clawedBack, redeemed, givenBack, dropped, reserve, closed }: Moved = args;
    const { programme, points, books } = story;
    const stored = points.stored();
    const expired = points.expired(programme, periodOf(programme, time));

    equal(laws.stored, "stored points", stored, issued - redeemed - dropped - clawedBack + givenBack, event);
    story.checked(laws.stored);

    const live = issued - redeemed - dropped - clawedBack + givenBack - expired;
    equal(laws.live, "live points", stored - expired, live, event);
    story.checked(laws.live);

    equal(laws.zero, "positions, closed and reserve", books.open() + closed + reserve, 0n, event);
    story.checked(laws.zero);

    const { issuePrice, redeemPrice } = programme;
    const prices = (issuePrice - redeemPrice) * (issued - clawedBack);
    const told = redeemPrice * live + prices + redeemPrice * (dropped + expired);
    equal(laws.reserve, "the reserve", reserve, told, event);
    story.checked(laws.reserve);

    const { reserve: keptReserve, closed: keptClosed, ...counters } = books.pool;
    compare(laws.stored, "the pool", args, counters, event);
    compare(laws.zero, "the pool", args, { reserve: keptReserve, closed: keptClosed }, event);
    story.batch.poolMoved = false;
  },

  StatementIssued(story, event) {
    story.batch.statements.push(event);
  },

  SettlementClosed(story, event) {
    const { args } = event;
    const told = story.books.settle();
    const said = story.batch.statements;
    equal(laws.zero, "the settlement's number", BigInt(args.settlement), BigInt(story.books.settlements), event);
    equal(laws.zero, "its statements", BigInt(said.length), BigInt(told.length), event);
    equal(laws.zero, "the statements that it counts", BigInt(args.statements), BigInt(told.length), event);
    equal(laws.zero, "the reserve", args.reserve, story.books.pool.reserve, event);
    told.forEach(({ organisation, ...statement }, index) => {
      const { args } = said[index]!;
      const whose = organisationOf(args.organisation);
      if (whose !== organisation || Number(args.settlement) !== story.books.settlements) {
        throw broken(laws.zero, `a statement of ${whose} stands where that of ${organisation} should`, said[index]!);
      }
      compare(laws.zero, `the statement of ${organisation}`, args, statement, said[index]!);
      story.checked(laws.zero);
    });
    story.batch.statements = [];
    story.batch.poolMoved = true;
  },

  BatchApplied(story, event) {
    const { positionMoved, poolMoved, statements } = story.batch;
    if (positionMoved) throw broken(laws.zero, "the batch moved its merchant's position and does not say so", event);
    if (poolMoved) throw broken(laws.zero, "the batch moved the pool and does not say so", event);
    if (statements[0]) throw broken(laws.zero, "a statement stands there without its settlement", statements[0]);
    story.batch = newBatch();
  },
};

/** Compares the fields of an event that the story has, too. */
function compare(
  law: string,
  subject: string,
  said: any,
  told: Record<string, bigint | number>,
  event: LedgerEvent,
): void {
  for (const [name, value] of Object.entries(told))
    equal(law, `${subject}: ${name}`, BigInt(said[name]), BigInt(value), event);
}

function equal(law: string, subject: string, said: bigint, told: bigint, event: LedgerEvent): void {
  if (said !== told) throw broken(law, `${subject}: ${event.name} says ${said}, the postings make ${told}`, event);
}
