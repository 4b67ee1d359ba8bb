import { operationId } from "../../../lambdas/core/operation.ts";
import { ServiceFailed } from "./explained.ts";
import { mapInParallel } from "./in-parallel.ts";
import type { Answer, Request, Session } from "./session.ts";

/** What the API said of an operation when it was sent. */
export interface Sent {
  id: string;
  /** `refused`: not accepted, so nothing will happen; the rest as the API has it. */
  status: "accepted" | "submitted" | "final" | "rejected" | "refused";
  /** Why it was refused. */
  problem?: Problem;
}

/** What became of an operation. */
export interface Settled {
  status: "final" | "rejected" | "refused";
  /** Whether it was still open when it was sent, so that this run had a part in it. */
  isNew: boolean;
  /** What a final earning holds, as the chain has it. */
  points?: number;
  /** Why it was refused by the API or rejected on the chain. */
  problem?: Problem;
}

/** A problem by the last part of its type, such as `key-reused`. */
export interface Problem {
  name: string;
  detail: string;
}

/** The service does not know an operation any more that it accepted: its store is older than that. */
export class OperationLost extends Error {
  override readonly name = "OperationLost";
}

const requestsAtOnce = 16;
const lookAgainAfter = 250;
const sayAfter = 30_000;

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

/**
 * Waits until the chain has decided each of these operations, and reads back what it decided.
 *
 * @param decided called once for each
 * @throws OperationLost, ServiceFailed
 */
export async function settledOf(session: Session, sent: Sent[], decided: () => void): Promise<Settled[]> {
  // They are mostly decided in order: while the last one is open, asking for the others is noise.
  const last = sent.findLast(({ status }) => status !== "refused");
  if (last) await decisionOf(session, last.id);
  return mapInParallel(requestsAtOnce, sent, async ({ id, status, problem }) => {
    if (status === "refused") return { status, isNew: false, problem: problem! };
    const decision = await decisionOf(session, id);
    decided();
    return { ...decision, isNew: status === "accepted" || status === "submitted" };
  });
}

async function decisionOf(session: Session, id: string): Promise<Pick<Settled, "status" | "points" | "problem">> {
  const path = `/v1/operations/${id}`;
  const began = Date.now();
  for (let said = 0; ;) {
    const answer = await session.call({ method: "GET", path });
    if (answer.status === 404) throw new OperationLost(id);
    if (answer.status !== 200) throw new ServiceFailed(`GET ${path}: ${answer.status} ${answer.body.detail ?? ""}`);
    const { status, result, problem } = answer.body;
    if (status === "final") return { status, points: result?.points };
    if (status === "rejected") return { status, problem: problemOf(problem) };
    const waited = Date.now() - began;
    if (waited > session.patience) throw new ServiceFailed(`Operation ${id} is still ${status}; run the import again.`);
    if (waited > said + sayAfter) {
      said = waited;
      session.trouble(`operation ${id} is still ${status} after ${Math.round(waited / 1000)} s; waiting for the chain`);
    }
    await session.pause(lookAgainAfter);
  }
}

function sentOf(operation: { id: string; status: Sent["status"] }, id: string): Sent {
  if (operation.id === id) return { id, status: operation.status };
  throw new ServiceFailed(`The service gave an operation the id ${operation.id}; by its key it must be ${id}.`);
}

/** What is wrong with this request, where that is the fault of the row alone. */
function refusalOf(request: Request, answer: Answer): Problem {
  const problem = problemOf(answer.body);
  if ([400, 409, 422].includes(answer.status)) return problem;
  throw new ServiceFailed(`${request.method} ${request.path}: ${answer.status} ${problem.name}: ${problem.detail}`);
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

function problemOf(body: { type?: string; detail?: string; title?: string } = {}): Problem {
  return { name: body.type?.split("/").pop() ?? "unknown", detail: body.detail ?? body.title ?? "no reason given" };
}

function isSuccess(answer: Answer): boolean {
  return answer.status >= 200 && answer.status < 300;
}
