import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

export type Status = "accepted" | "submitted" | "final" | "rejected";

/** A process may answer from a view of the store that is a second old: only then does it know that rows are gone. */
const VIEW_MILLISECONDS = 1500;

/** How far a status is. One that a later answer puts behind an earlier one went backwards. */
const ranks: Record<Status, number> = { accepted: 0, submitted: 1, final: 2, rejected: 2 };

/** One operation, as far as anybody was shown it. */
export interface ShownOperation {
  readonly organisation: string;
  readonly id: string;
  /** Whether an answer said that it was taken: 202, or anything after that. */
  promised: boolean;
  /** Whether it was promised, and the store lost it before it was decided. */
  wasPromised?: boolean;
  /** Of the farthest status that was shown; -1 before the first. */
  rank: number;
  status?: Status;
  /** Everything that was said of its outcome, as one string: no two answers may differ. */
  decision?: string;
  document?: any;
}

/** Takes an answer to a question that was asked earlier; without a status, the answer was that there is no such operation. */
export type Hear = (status: Status | undefined, document?: unknown) => void;

/** Keeps the books of what the API ever said of each operation, to whomever, and notes what contradicts. */
export class Shown {
  readonly faults: string[] = [];
  readonly operations = new Map<string, ShownOperation>();
  /** Grows when the store is lost on purpose. */
  #life = 0;
  #losing = false;
  #open = 0;

  /** To be called before a question is sent: what others are told meanwhile is no contradiction. */
  ask(organisation: string, id: string): Hear {
    const operation = this.#find(organisation, id);
    const before = operation.rank;
    const promised = operation.promised;
    const life = this.#life;
    return (status, document) => {
      if (this.#losing) return void (operation.wasPromised ||= status !== undefined);
      if (status !== undefined) this.#hear(operation, status, document, life === this.#life ? before : -1);
      else if (promised && life === this.#life) this.fault(operation, "was promised, and then nobody knew it");
    };
  }

  /** To be called before something is looked at: tells afterwards whether the store stood all the while. */
  look(): () => boolean {
    const life = this.#life;
    return () => !this.#losing && life === this.#life;
  }

  /** How many operations were promised, and nobody knows the outcome of yet. */
  get open(): number {
    return this.#open;
  }

  get promised(): ShownOperation[] {
    return [...this.operations.values()].filter((operation) => operation.promised);
  }

  undecided(): ShownOperation[] {
    return this.promised.filter(({ rank }) => rank < 2);
  }

  /**
   * Somebody takes the store away from under the product: what was open may be forgotten until its client asks again,
   * and what is said meanwhile counts for nothing. What is decided stays decided.
   */
  async duringLoss(loss: () => Promise<unknown>): Promise<void> {
    this.#forgetOpen();
    this.#losing = true;
    await loss();
    await sleep(VIEW_MILLISECONDS);
    this.#losing = false;
    this.#forgetOpen();
  }

  /** Operations that were promised before a loss, and that nobody asked for again. */
  forgotten(): ShownOperation[] {
    return [...this.operations.values()].filter(({ wasPromised, promised }) => wasPromised && !promised);
  }

  #forgetOpen(): void {
    this.#life++;
    for (const operation of this.undecided()) {
      Object.assign(operation, { rank: -1, promised: false, wasPromised: true });
      this.#open--;
    }
  }

  fault(operation: Pick<ShownOperation, "organisation" | "id">, what: string): void {
    this.faults.push(`operation ${operation.id} of ${operation.organisation}: ${what}`);
  }

  #hear(operation: ShownOperation, status: Status, document: any, before: number): void {
    const rank = ranks[status];
    if (rank < before) this.fault(operation, `went backwards, from ${operation.status} to ${status}`);
    if (rank === 2 && operation.rank === 2 && operation.status !== status) {
      this.fault(operation, `was ${operation.status} and then ${status}`);
    }
    const wasOpen = operation.promised && operation.rank < 2;
    operation.promised = true;
    if (rank >= operation.rank) Object.assign(operation, { rank, status });
    const isOpen = operation.rank < 2;
    this.#open += Number(isOpen) - Number(wasOpen);
    if (document !== undefined) this.#read(operation, document, rank);
  }

  #read(operation: ShownOperation, document: any, rank: number): void {
    if (document.id !== operation.id) this.fault(operation, `its client computed another id than ${document.id}`);
    if (rank < 2) return;
    const { status, result, problem, transaction } = document;
    const decision = canonical({ status, result, problem, transaction });
    if (operation.decision !== undefined && operation.decision !== decision) {
      this.fault(operation, `was decided twice: ${operation.decision} and ${decision}`);
    }
    operation.decision ??= decision;
    operation.document ??= document;
  }

  #find(organisation: string, id: string): ShownOperation {
    const name = `${organisation} ${id}`;
    let operation = this.operations.get(name);
    if (!operation) {
      operation = { organisation, id, promised: false, rank: -1 };
      this.operations.set(name, operation);
    }
    return operation;
  }
}

/** The id that a client can compute itself: written here once more, from the words of the design alone. */
export function idOf(organisation: string, key: string): string {
  const digest = createHash("sha256").update(organisation).update(Buffer.of(0)).update(key).digest("hex");
  const variant = ((Number.parseInt(digest[16]!, 16) & 3) | 8).toString(16);
  const parts = [digest.slice(0, 8), digest.slice(8, 12), `8${digest.slice(13, 16)}`];
  return [...parts, `${variant}${digest.slice(17, 20)}`, digest.slice(20, 32)].join("-");
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
