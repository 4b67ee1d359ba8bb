import { ServiceFailed } from "./explained.ts";
import { namesOf } from "./keys.ts";
import { enrolMembers, sendEarnings } from "./sending.ts";
import { OperationLost, settledOf } from "./settling.ts";
import type { Turnstile } from "./in-parallel.ts";
import type { Problem } from "./problem.ts";
import type { Session } from "./session.ts";
import type { Settled } from "./settling.ts";
import type { Booking } from "./stay.ts";

/** A checked-out booking and the line that it stands on. */
export interface Stay {
  line: number;
  booking: Booking;
}

/** What became of a stay, as the API says. */
export interface Fate {
  stay: Stay;
  outcome: "earned" | "worth nothing" | "refused" | "rejected";
  /** Why it was refused by the API or rejected on the chain. */
  problem?: Problem;
  /** How many operations were decided for it, and how many of them were open when they were sent. */
  operations: number;
  newOperations: number;
  /** Points of an earning that was open when it was sent. */
  newPoints: number;
}

/** What all lots of an import share. */
export interface Course {
  session: Session;
  /** Lets one lot after another enrol, so that the chain has the first one while the next one is sent. */
  enrolInTurn: Turnstile;
  /** Called once for each operation that is decided. */
  decided(): void;
}

/**
 * Enrols a member for each stay, and when all of them are on the chain lets them earn. Done again, it changes nothing:
 * so when the store lost what it had accepted, it is simply done again.
 *
 * @throws ServiceFailed
 */
export async function importLot(course: Course, stays: Stay[]): Promise<Fate[]> {
  const { session } = course;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptLot(course, stays);
    } catch (error) {
      if (!(error instanceof OperationLost)) throw error;
      if (attempt === 5) throw new ServiceFailed(`The service loses operations that it accepted: ${error.message}.`);
      session.trouble("the service lost operations that it had accepted; sending them again with the same keys");
      await session.pause(1000);
    }
  }
}

async function attemptLot({ session, enrolInTurn, decided }: Course, stays: Stay[]): Promise<Fate[]> {
  const names = new Map(stays.map((stay) => [stay, namesOf(session.organisation, stay.booking)]));
  const keys = stays.map((stay) => names.get(stay)!.enrolKey);
  const enrolments = await settledOf(session, await enrolInTurn(() => enrolMembers(session, keys)), decided);

  const earners = stays.filter(({ booking }, index) => enrolments[index]!.status === "final" && booking.points > 0);
  const postings = earners.map((stay) => {
    const { earnKey, member } = names.get(stay)!;
    return { key: earnKey, member, points: stay.booking.points };
  });
  const send = () => sendEarnings(session, postings);
  const settled = await settledOf(session, await send(), decided, send);
  const earnings = new Map(earners.map((stay, index) => [stay, settled[index]!]));

  return stays.map((stay, index) => fateOf(stay, enrolments[index]!, earnings.get(stay)));
}

function fateOf(stay: Stay, enrolment: Settled, earning: Settled | undefined): Fate {
  const { status, problem } = earning ?? enrolment;
  const decided = [enrolment, ...(earning ? [earning] : [])].filter((settled) => settled.status !== "refused");
  const newOperations = decided.filter((settled) => settled.isNew).length;
  const fate = { stay, operations: decided.length, newOperations, newPoints: 0 };
  if (status !== "final") return { ...fate, outcome: status, problem: problem! };
  if (!earning) return { ...fate, outcome: "worth nothing" };
  return { ...fate, outcome: "earned", newPoints: earning.isNew ? stay.booking.points : 0 };
}
