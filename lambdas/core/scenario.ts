import type { z } from "zod";
import type { Abi } from "viem";
import type { ContractCode } from "./administering/contract-code.ts";
import type { Api } from "./http/api.ts";
import type { Facade } from "./facade.ts";
import type { ProblemKind } from "./problem.ts";
import type { Place, Rejection } from "./operation.ts";
import type { AuditBook, LedgerAudit } from "./auditing/book.ts";

/**
 * What a scenario hands to core: its service, and its contract with its events and how each changes a projection. The
 * local runner, the Lambdas and the deployment all read this.
 */
export interface Scenario extends Service {
  ledger: Ledger;
}

/**
 * The half of a scenario that speaks with clients: its operations and how each becomes an entry of the envelope, its
 * routes, its problems. Whoever only accepts and reads loads nothing of the chain's.
 */
export interface Service {
  /** The noun that is the second path segment everywhere. */
  name: string;
  /** The scenario's part of the settings file. */
  settings: z.ZodType;
  /** The roles that an organisation can have in this scenario, `<scenario>:<role>`, and what its clients may do. */
  roles: Record<string, { scopes: string[] }>;
  operations: Record<string, OperationKind>;
  /** The kinds of problem that are this scenario's own. */
  problems: Record<string, ProblemKind>;
  /** Adds the scenario's routes below `/v1/<name>`. */
  routes(api: Api, facade: Facade): void;
  /** A command for a shell that shows what the scenario does, on a machine that runs the sample. */
  example(apiUrl: string): string;
}

/** One kind of operation, and how it becomes an entry of the envelope. */
export interface OperationKind<Request = any> {
  /** The kind byte of the envelope. */
  code: number;
  /** The most gas that one such entry takes, or `simulate` where that depends on the state of the book. */
  gas: number | "simulate";
  /** Whether `body` consults the facade. */
  consults?: boolean;
  /**
   * The entry's body. Runs before the operation is accepted, so it may answer with a problem (and the key is not used).
   * @param request the parsed body
   */
  body(request: Request, organisation: string, facade: Facade): Uint8Array | Promise<Uint8Array>;
  /** Whether a request asks for what the chain holds of an operation that this store learned from the chain. */
  matches(request: Request, result: Record<string, unknown>): boolean;
}

/** The chain's side of a scenario. */
export interface Ledger {
  /** Name of the contract, and key of its address in `book.json`. */
  contract: string;
  abi: Abi;
  /** What it is created with, and recognised by. */
  code(): Promise<ContractCode>;
  /** Arguments of the constructor. */
  constructorArguments(settings: any, core: { authority: string; organisations: string }): readonly unknown[];
  /** What the book on the chain was created with, in the form of the settings, to be compared with them. */
  settingsOf(read: (functionName: string, args?: readonly unknown[]) => Promise<any>): Promise<Record<string, unknown>>;
  /** Which operation an event applies; undefined for events that apply none. */
  applied(event: LedgerEvent): Applied | undefined;
  /** The problem of a custom error of the contract. */
  rejection(error: { name: string; args: readonly unknown[] }): Rejection | undefined;
  /** The rows of the projection that an event makes. */
  project(event: LedgerEvent): Row[];
  /** Begins to replay the book from its events, and to check every numbered law. */
  audit(book: AuditBook): Promise<LedgerAudit>;
}

/** One event of a ledger, with the batch that it belongs to. */
export interface LedgerEvent {
  name: string;
  args: any;
  /** Whose batch it was: the only organisation for whose operations this event counts. */
  organisation: string;
  /** Number of the organisation's batch. */
  batch: number;
  place: Place;
  /** Seconds since 1970, of the block. */
  time: number;
  /** Constants of the book that projections need, as `settingsOf` gave them, with `start`. */
  book: Record<string, any>;
}

/** An operation that a ledger applied. */
export interface Applied {
  /** UUID. */
  operation: string;
  kind: string;
  /** The kind byte. */
  code: number;
  /** Packed details of the leaf, as the ledger defines them. */
  details: Uint8Array;
  /** What the API shows as the operation's result, and what a repeated request is compared with. */
  result: Record<string, unknown>;
}

/**
 * A row of a projection. An appended row is made by one event and never changes; a replaced one is the newest state of
 * something and is written only over an older one. Core adds the place that made it.
 */
export interface Row {
  pk: string;
  /** Absent for an appended row: its place in the chain is its sort key. */
  sk?: string;
  attributes: Record<string, unknown>;
}
