import { operationId } from "../../../lambdas/core/operation.ts";
import { ServiceFailed } from "./explained.ts";
import { enrolMembers, OperationLost, sendEarnings, settledOf } from "./operations.ts";
import type { Earning, Problem, Settled } from "./operations.ts";
import type { Session } from "./session.ts";
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
  /** What its final earning holds. */
  points: number;
  /** How many operations were decided for it, and how many of them were open when they were sent. */
  operations: number;
  newOperations: number;
  /** Points of an earning that was open when it was sent. */
  newPoints: number;
}

/**
 * The Idempotency-Keys of a booking, `stays/enrol/<Hotel>/<RowNo>` and `stays/earn/<Hotel>/<RowNo>`: the same for every
 * run of the import, and nothing in them is about the guest. Whatever is not an ASCII letter or digit in the hotel's
 * name is percent-encoded.
 */
export function keysOf({ hotel, rowNo }: Booking): { enrol: string; earn: string } {
  const name = `${encodeURIComponent(hotel)}/${rowNo}`;
  return { enrol: `stays/enrol/${name}`, earn: `stays/earn/${name}` };
}

/**
 * Enrols a member for each stay, and when all of them are on the chain lets them earn. Done again, it changes nothing:
 * so when the store lost what it had accepted, it is simply done again.
 *
 * @param decided called once for each operation that is decided
 * @throws ServiceFailed
 */
export async function importLot(session: Session, stays: Stay[], decided: () => void): Promise<Fate[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptLot(session, stays, decided);
    } catch (error) {
      if (!(error instanceof OperationLost)) throw error;
      if (attempt === 5) throw new ServiceFailed(`The service loses operations that it accepted: ${error.message}.`);
      session.trouble("the service lost operations that it had accepted; sending them again with the same keys");
      await session.pause(1000);
    }
  }
}

async function attemptLot(session: Session, stays: Stay[], decided: () => void): Promise<Fate[]> {
  const keys = stays.map((stay) => keysOf(stay.booking).enrol);
  const enrolments = await settledOf(session, await enrolMembers(session, keys), decided);

  const earners = stays.filter(({ booking }, index) => enrolments[index]!.status === "final" && booking.points > 0);
  const sent = await sendEarnings(
    session,
    earners.map(({ booking }) => earningOf(session.organisation, booking)),
  );
  const settled = await settledOf(session, sent, decided);
  const earnings = new Map(earners.map((stay, index) => [stay, settled[index]!]));

  return stays.map((stay, index) => fateOf(stay, enrolments[index]!, earnings.get(stay)));
}

function earningOf(organisation: string, booking: Booking): Earning {
  const keys = keysOf(booking);
  return { key: keys.earn, member: operationId(organisation, keys.enrol), points: booking.points };
}

function fateOf(stay: Stay, enrolment: Settled, earning: Settled | undefined): Fate {
  const { status, problem } = earning ?? enrolment;
  const operations = [enrolment, earning].filter((settled) => settled && settled.status !== "refused");
  const newOperations = operations.filter((settled) => settled!.isNew).length;
  const fate = { stay, points: 0, newPoints: 0, operations: operations.length, newOperations };
  if (status !== "final") return { ...fate, outcome: status, problem: problem! };
  if (!earning) return { ...fate, outcome: "worth nothing" };
  if (earning.points === undefined) throw new ServiceFailed("The service does not say what a final earning holds.");
  return { ...fate, outcome: "earned", points: earning.points, newPoints: earning.isNew ? earning.points : 0 };
}
