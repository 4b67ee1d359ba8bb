import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiClient } from "../../core/api-client.ts";
import type { Answer } from "../../core/api-client.ts";

/** An operation as the API shows it. */
export interface Operation {
  id: string;
  kind: string;
  status: "accepted" | "submitted" | "final" | "rejected";
  request: Record<string, unknown>;
  result?: any;
  problem?: any;
  transaction?: { hash: string; blockNumber: number; logIndex: number };
}

/** One line of a member's entries. */
export interface Entry {
  operation?: string;
  kind: "earn" | "redeem" | "reverse" | "expire";
  points: number;
  merchant?: string;
  balance: number;
  original?: string;
  time: string;
  transaction?: { hash: string; blockNumber: number; logIndex: number };
}

/** The desk of one organisation. Whatever it asks for, it waits until that is decided. */
export class Desk extends ApiClient {
  /** Enrols a guest. @returns the member's id */
  async enrol(): Promise<string> {
    return (await this.decide("POST", "/v1/points/members", {})).id;
  }

  earn(member: string, points: number, key?: string): Promise<Operation> {
    return this.decide("POST", "/v1/points/earnings", { member, points }, key);
  }

  redeem(member: string, points: number, key?: string): Promise<Operation> {
    return this.decide("POST", "/v1/points/redemptions", { member, points }, key);
  }

  /** Reverses an operation; all that is left of it when `points` is absent. */
  reverse(operation: string, points?: number, key?: string): Promise<Operation> {
    return this.decide("POST", "/v1/points/reversals", { operation, ...(points && { points }) }, key);
  }

  freeze(member: string): Promise<Operation> {
    return this.decide("PUT", `/v1/points/members/${member}/freeze`);
  }

  unfreeze(member: string): Promise<Operation> {
    return this.decide("DELETE", `/v1/points/members/${member}/freeze`);
  }

  settle(): Promise<Operation> {
    return this.decide("POST", "/v1/points/settlements");
  }

  /** Asks for one operation and waits until it is final or rejected. @throws where it was not even accepted */
  async decide(method: string, path: string, body?: unknown, key: string = randomUUID()): Promise<Operation> {
    const answer = await this.call(method, path, { key, wait: 20, ...(body !== undefined && { body }) });
    const operation: Operation | undefined = answer.body?.operation ?? answer.body;
    if (typeof operation?.id !== "string") throw new Error(`${method} ${path}: ${said(answer)}`);
    return this.decided(operation.id);
  }

  /** The operation as it is once it is decided. */
  async decided(id: string): Promise<Operation> {
    for (;;) {
      const operation = await this.operation(id);
      if (operation.status === "final" || operation.status === "rejected") return operation;
      await sleep(100);
    }
  }

  async operation(id: string): Promise<Operation> {
    return this.read(`/v1/operations/${id}`);
  }

  async balance(member: string): Promise<number> {
    return (await this.read(`/v1/points/members/${member}`)).balance;
  }

  /** The points of a member by the time at which they are gone, the soonest first. */
  async expiring(member: string): Promise<{ points: number; expiresAt: string }[]> {
    return (await this.read(`/v1/points/members/${member}`)).expiring;
  }

  /** Every entry of a member, newest first, read in pages. */
  async entries(member: string, limit = 50): Promise<Entry[]> {
    const entries: Entry[] = [];
    let cursor = "";
    do {
      const page = await this.read(`/v1/points/members/${member}/entries?limit=${limit}${cursor}`);
      if (page.entries.length > limit) throw new Error(`a page of ${limit} has ${page.entries.length} entries`);
      entries.push(...page.entries);
      cursor = page.cursor && `&cursor=${page.cursor}`;
    } while (cursor);
    return entries;
  }

  /** The answer to a GET that succeeds. */
  async read(path: string): Promise<any> {
    const answer = await this.get(path);
    if (answer.status !== 200) throw new Error(`GET ${path}: ${said(answer)}`);
    return answer.body;
  }
}

/** The name of the problem in an answer or an operation: the end of its type. */
export function problemOf({ problem, body }: { problem?: any; body?: any }): string | undefined {
  return (problem ?? body)?.type?.split("/problems/")[1];
}

/** What a client computes for itself: the id of the operation that `organisation` names with `key`. */
export function idOf(organisation: string, key: string): string {
  const hash = createHash("sha256").update(organisation).update(Buffer.of(0)).update(key).digest();
  hash[6] = 0x80 | (hash[6]! % 16);
  hash[8] = 0x80 | (hash[8]! % 64);
  return hash.toString("hex", 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function said({ status, body }: Answer): string {
  return `${status} ${JSON.stringify(body)}`;
}
