import { ServiceFailed } from "./explained.ts";
import { mapInParallel } from "./in-parallel.ts";
import { problemOf, refused } from "./problem.ts";
import type { Problem } from "./problem.ts";
import type { Sent } from "./sending.ts";
import type { Session } from "./session.ts";

/** What became of an operation. */
export interface Settled {
  status: "final" | "rejected" | "refused";
  /** Why it was refused by the API or rejected on the chain. */
  problem?: Problem;
  /** Whether it was still open when it was sent, so that this run had a part in it. */
  isNew: boolean;
}

/** The service does not know an operation any more that it accepted: its store is older than that. */
export class OperationLost extends Error {
  override readonly name = "OperationLost";
}

const requestsAtOnce = 16;
const lookAgainAfter = 250;
const sayAfter = 30_000;

/**
 * Waits until the chain has decided each of these operations.
 *
 * @param again sends all of them again, which is the quickest way to ask how they are; without it they are asked for singly
 * @param decided called once for each
 * @throws OperationLost, ServiceFailed
 */
export async function settledOf(
  session: Session,
  sent: Sent[],
  decided: () => void,
  again?: () => Promise<Sent[]>,
): Promise<Settled[]> {
  // They are mostly decided in order: while the last one is open, asking for the others is noise.
  const last = sent.findLast(isOpen);
  if (last) await decisionOf(session, last.id);
  const now = last && again ? await again() : sent;
  return mapInParallel(requestsAtOnce, now, async (operation, index) => {
    const isNew = isOpen(sent[index]!);
    const { status, problem } = operation;
    if (status === "refused") return { status, problem: problem!, isNew };
    const decision = status === "final" ? { status } : await decisionOf(session, operation.id);
    decided();
    return { ...decision, isNew };
  });
}

/** Whether the chain made an operation final or rejected it, once it has. */
async function decisionOf(session: Session, id: string): Promise<Omit<Settled, "isNew">> {
  const path = `/v1/operations/${id}`;
  const began = Date.now();
  let said = 0;
  for (;;) {
    const answer = await session.call({ method: "GET", path });
    if (answer.status === 404) throw new OperationLost(id);
    if (answer.status !== 200) throw refused({ method: "GET", path }, answer);
    const { status, problem } = answer.body;
    if (status === "final") return { status };
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

function isOpen({ status }: Sent): boolean {
  return status === "accepted" || status === "submitted";
}
