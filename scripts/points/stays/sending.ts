import { operationId } from "../../../lambdas/core/operation.ts";
import { ServiceFailed } from "./explained.ts";
import { mapInParallel } from "./in-parallel.ts";
import { refusalOf } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { Answer, Request, Session } from "./session.ts";

/** What the API said of an operation when it was sent. */
export interface Sent {
  id: string;
  /** `refused`: not accepted, so nothing will happen; the rest as the API has it. */
  status: "accepted" | "submitted" | "final" | "rejected" | "refused";
  /** Why it was refused. */
  problem?: Problem;
}

const requestsAtOnce = 32;

/**
 * Enrols a member for each key.
 *
 * @throws ServiceFailed
 */
export function enrolMembers(session: Session, keys: string[]): Promise<Sent[]> {
  return mapInParallel(requestsAtOnce, keys, async (key) => {
    const id = operationId(session.organisation, key);
    const request: Request = { method: "POST", path: "/v1/points/members", key, body: {} };
    const answer = await session.call(request);
    if (isSuccess(answer)) return sentOf(answer.body.operation, id);
    // What the chain rejected is answered with 409, and so is every later call with its key.
    if (answer.status === 409) return { id, status: "rejected" };
    return { id, status: "refused", problem: refusalOf(request, answer) };
  });
}

/** An earning of a member that is enrolled. */
export interface Earning {
  key: string;
  /** The id of the operation that enrolled the member. */
  member: string;
  points: number;
}

/**
 * Sends up to 1,000 earnings in one batch. A batch is taken as a whole or not at all, so entries that the API names as
 * bad are left out and the others sent again.
 *
 * @throws ServiceFailed
 */
export async function sendEarnings(session: Session, earnings: Earning[]): Promise<Sent[]> {
  const sent = new Map<string, Sent>();
  for (let left = earnings; left.length > 0; left = left.filter(({ key }) => !sent.has(key))) {
    const operations = left.map((earning) => ({ ...earning, kind: "earn" }));
    const request: Request = { method: "POST", path: "/v1/points/batches", body: { operations } };
    const answer = await session.call(request);
    if (isSuccess(answer)) {
      for (const operation of answer.body.operations) {
        sent.set(operation.key, sentOf(operation, operationId(session.organisation, operation.key)));
      }
    } else {
      const problem = refusalOf(request, answer);
      for (const { key, message } of badEntries(left, answer)) {
        const id = operationId(session.organisation, key);
        sent.set(key, { id, status: "refused", problem: { ...problem, detail: message ?? problem.detail } });
      }
    }
  }
  return earnings.map(({ key }) => sent.get(key)!);
}

function sentOf(operation: { id: string; status: Sent["status"] }, id: string): Sent {
  if (operation.id === id) return { id, status: operation.status };
  throw new ServiceFailed(`The service gave an operation the id ${operation.id}; by its key it must be ${id}.`);
}

/** The entries that a problem names, or all of them where it names none. */
function badEntries(earnings: Earning[], answer: Answer): { key: string; message?: string }[] {
  const errors: { index?: number; message?: string }[] = answer.body.errors ?? [];
  const named = errors.flatMap(({ index, message }) => {
    const earning = index === undefined ? undefined : earnings[index];
    return earning ? [{ key: earning.key, ...(message === undefined ? {} : { message }) }] : [];
  });
  return named.length > 0 ? named : earnings;
}

function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}
