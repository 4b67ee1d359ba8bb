import { uuidOfHex } from "../core/operation.ts";
import type { LedgerEvent } from "../core/scenario.ts";
import { dayOf, isGone, periodOf } from "./audit-calendar.ts";
import { laws } from "./audit-laws.ts";
import { AuditedMember } from "./audit-member.ts";
import type { Original } from "./audit-originals.ts";
import type { Story } from "./audit-story.ts";
import { broken } from "./audit-story.ts";

/** The kind bytes of IPointsLedger.sol that can be reversed. */
export const EARN = 2;
export const REDEEM = 3;

/** How each event that posts to a member goes on with the story. */
export const postings: Record<string, (story: Story, event: LedgerEvent) => void> = {
  MemberEnrolled(story, event) {
    const member = uuidOfHex(event.args.operation);
    if (story.members.has(member)) throw broken(laws.named, `${member} is enrolled twice`, event);
    story.members.set(member, new AuditedMember(story.programme, periodOf(story.programme, event.time)));
    story.account(event, member);
  },

  PointsEarned(story, event) {
    const { organisation, time } = event;
    const { id, member, points } = touch(story, event);
    member.earn(points);
    const issued = story.books.issueIn(dayOf(time), organisation, BigInt(points));
    if (issued > story.programme.dailyIssueCap) {
      const cap = story.programme.dailyIssueCap;
      throw broken(laws.caps, `${organisation} issued ${issued} points in a day of UTC+8, the cap is ${cap}`, event);
    }
    story.checked(laws.caps);
    post(story, event, "issued", points);
    addOriginal(story, event, EARN, id, points);
    story.account(event, id);
  },

  PointsRedeemed(story, event) {
    const { id, member, points } = touch(story, event);
    if (member.frozen) throw broken(laws.rejected, `${id} is frozen and redeems`, event);
    const missing = member.spend(points);
    if (missing > 0) {
      const live = points - missing;
      throw broken(laws.expired, `${id} spends ${points} points and has ${live} that have not expired`, event);
    }
    story.checked(laws.expired);
    post(story, event, "redeemed", points);
    addOriginal(story, event, REDEEM, id, points);
    story.account(event, id);
  },

  EarningReversed(story, event) {
    const { id, member, points } = touch(story, event);
    reverse(story, event, EARN, id, points);
    const shortfall = member.takeBack(points);
    if (Number(event.args.shortfall) !== shortfall) {
      const said = `${event.args.shortfall} of ${points} points were spent before`;
      throw broken(laws.stored, `the reversal says that ${said}, the member's postings say ${shortfall}`, event);
    }
    post(story, event, "clawedBack", points - shortfall);
    story.account(event, id);
  },

  RedemptionReversed(story, event) {
    const { id, member, points } = touch(story, event);
    reverse(story, event, REDEEM, id, points);
    member.earn(points);
    post(story, event, "givenBack", points);
    story.account(event, id);
  },

  MemberFrozen: (story, event) => freeze(story, event, true),
  MemberUnfrozen: (story, event) => freeze(story, event, false),
};

/** The member that a posting names, with what time has dropped from its account. */
function touch(story: Story, event: LedgerEvent): { id: string; member: AuditedMember; points: number } {
  const { id, member } = enrolled(story, event);
  const dropped = member.expire(periodOf(story.programme, event.time));
  const { dropping } = story.batch;
  const said = dropping && uuidOfHex(dropping.args.member) === id ? Number(dropping.args.points) : 0;
  if (said !== dropped) {
    throw broken(laws.stored, `${dropped} points of ${id} expired, its posting says that it drops ${said}`, event);
  }
  delete story.batch.dropping;
  if (dropped > 0) {
    story.books.drop(BigInt(dropped));
    story.batch.poolMoved = true;
  }
  return { id, member, points: Number(event.args.points) };
}

function enrolled(story: Story, event: LedgerEvent): { id: string; member: AuditedMember } {
  const id = uuidOfHex(event.args.member);
  const member = story.members.get(id);
  if (!member) throw broken(laws.named, `${event.name} names ${id}, whom nobody enrolled`, event);
  return { id, member };
}

function freeze(story: Story, event: LedgerEvent, frozen: boolean): void {
  const { id, member } = enrolled(story, event);
  member.frozen = frozen;
  story.account(event, id);
}

function post(
  story: Story,
  event: LedgerEvent,
  counter: "issued" | "clawedBack" | "redeemed" | "givenBack",
  points: number,
): void {
  if (points === 0) return;
  story.books.post(event.organisation, counter, BigInt(points));
  story.batch.positionMoved = true;
  story.batch.poolMoved = true;
}

function addOriginal(story: Story, event: LedgerEvent, code: number, member: string, points: number): void {
  const { organisation, batch, time } = event;
  const operation = uuidOfHex(event.args.operation);
  const period = periodOf(story.programme, time);
  story.originals.add({ organisation, operation, code, member, points, period, batch, index: story.batch.applied });
}

/** Only by its merchant, only for its member, only while its points could still be alive, and never more than it was. */
function reverse(story: Story, event: LedgerEvent, code: number, member: string, points: number): void {
  const operation = uuidOfHex(event.args.original);
  const original = story.originals.find(event.organisation, operation);
  const fault = faultOf(story, event, original, code, member, points);
  if (fault) throw broken(laws.reversals, `the reversal of ${operation}: ${fault}`, event);
  original!.reversed += points;
  story.checked(laws.reversals);
}

function faultOf(
  story: Story,
  event: LedgerEvent,
  original: Original | undefined,
  code: number,
  member: string,
  points: number,
): string | undefined {
  if (!original) return `${event.organisation} has no such posting`;
  if (original.code !== code) return `it is of kind ${original.code}`;
  if (original.member !== member) return `it was for ${original.member} and not for ${member}`;
  if (isGone(story.programme, original.period, periodOf(story.programme, event.time))) return "its points have expired";
  if (points === 0) return "it reverses nothing";
  const left = original.points - original.reversed;
  return points > left ? `${points} points, and ${left} of ${original.points} are left to reverse` : undefined;
}
