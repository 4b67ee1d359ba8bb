import { sameRequest } from "../../../lambdas/core/accepting/same-request.ts";
import type { Facade, Intent } from "../../../lambdas/core/facade.ts";
import { operationId } from "../../../lambdas/core/operation.ts";
import type { Decision, Operation, Place } from "../../../lambdas/core/operation.ts";
import { Problem } from "../../../lambdas/core/problem.ts";
import type { LedgerEvent, Scenario } from "../../../lambdas/core/scenario.ts";

/** A book in memory, as the routes see it. A test decides what the chain decides. */
export class FakeBook implements Facade {
  readonly operations = new Map<string, Operation>();
  readonly submitted = new Set<string>();
  readonly places = new Map<string, Record<string, any>[]>();
  readonly path: Uint8Array[] = [];
  members: string[] = [];
  now: Record<string, any> = {};
  time = 0;
  /** Thrown instead of accepting. */
  refusal: Error | undefined;
  /** Runs when somebody waits. */
  whenAwaited: (operation: Operation) => void = () => {};
  private readonly scenario: Scenario;
  private block = 1;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
  }

  async accept(intents: Intent[]): Promise<Operation[]> {
    if (this.refusal) throw this.refusal;
    const made = new Map<string, Operation>();
    const errors: { index?: number; path: string; message: string }[] = [];
    const all: Operation[] = [];
    for (const { organisation, key, place, scenario, kind, request } of intents) {
      const id = operationId(organisation, key);
      const known = this.operations.get(nameOf(organisation, id)) ?? made.get(id);
      if (known && !sameRequest(this.scenario, known, kind, request)) {
        errors.push({ ...place, message: "this key was used with another body" });
      }
      const operation = known ?? { organisation, id, scenario, kind, request, acceptedAt: new Date(0).toISOString() };
      if (!known) await this.scenario.operations[kind]!.body(request, organisation, this);
      made.set(id, operation);
      all.push(operation);
    }
    if (errors.length > 0) throw new Problem("key-reused", "A key was used with another body.", { errors });
    for (const operation of made.values()) this.put(operation);
    return all;
  }

  put(operation: Operation): void {
    this.operations.set(nameOf(operation.organisation, operation.id), operation);
  }

  decide(operation: Operation, decision: Partial<Decision>): Operation {
    const transaction = { hash: "0x01", blockNumber: 7, logIndex: 2 };
    const whole = { status: "final", transaction, decidedAt: new Date(0).toISOString(), ...decision } as Decision;
    const decided = { ...operation, decision: whole };
    this.put(decided);
    return decided;
  }

  async settled(operation: Operation, milliseconds: number): Promise<Operation> {
    this.whenAwaited(operation);
    await new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 5)));
    return this.operations.get(nameOf(operation.organisation, operation.id))!;
  }

  async operation(organisation: string, id: string) {
    return this.operations.get(nameOf(organisation, id));
  }

  async status(operation: Operation) {
    return operation.decision?.status ?? (this.submitted.has(operation.id) ? "submitted" : "accepted");
  }

  async organisations() {
    return this.members;
  }

  async book() {
    return this.now;
  }

  async head() {
    return { blockNumber: this.block, time: this.time };
  }

  async row(pk: string, sk: string) {
    return this.places.get(pk)?.find((row) => row["sk"] === sk);
  }

  async rows(
    pk: string,
    options: { newestFirst?: boolean; limit?: number; cursor?: string | undefined; prefix?: string } = {},
  ) {
    const sorted = [...(this.places.get(pk) ?? [])].sort((one, other) => (one["sk"] < other["sk"] ? -1 : 1));
    const ordered = options.newestFirst ? sorted.reverse() : sorted;
    const after = options.cursor && Buffer.from(options.cursor, "base64url").toString();
    const from = after ? ordered.findIndex((row) => row["sk"] === after) + 1 : 0;
    const rows = ordered.slice(from, from + (options.limit ?? 50));
    const last = rows.at(-1)?.["sk"];
    const more = from + rows.length < ordered.length;
    return { rows, ...(more ? { cursor: Buffer.from(last).toString("base64url") } : {}) };
  }

  async proofPath() {
    return this.path;
  }

  /** Projects an event as the next block would. */
  project(event: Pick<LedgerEvent, "name" | "args" | "organisation"> & { time?: number }): void {
    const place: Place = { hash: "0x02", blockNumber: ++this.block, logIndex: 0 };
    const time = event.time ?? this.time;
    for (const row of this.scenario.ledger.project({ ...event, batch: 1, place, time, book: this.now })) {
      const sk = row.sk ?? `at#${String(place.blockNumber).padStart(12, "0")}#000000`;
      const kept = (this.places.get(row.pk) ?? []).filter((other) => other["sk"] !== sk);
      const { hash: transactionHash, blockNumber, logIndex } = place;
      kept.push({ pk: row.pk, sk, transactionHash, blockNumber, logIndex, time, ...row.attributes });
      this.places.set(row.pk, kept);
    }
  }
}

function nameOf(organisation: string, id: string): string {
  return `${organisation} ${id}`;
}
