import { createHash } from "node:crypto";

/** `accepted` → `submitted` → `final` or `rejected`; never backwards. */
export type Status = "accepted" | "submitted" | "final" | "rejected";

/** Where on the chain something happened. Log indexes count within the block. */
export interface Place {
  hash: string;
  blockNumber: number;
  logIndex: number;
}

/** Why an operation was rejected: a problem of the catalogue, with whatever its reader needs to act on it. */
export interface Rejection {
  name: string;
  detail: string;
  [extension: string]: unknown;
}

/** What the chain decided of an operation, and what a proof of it needs. Written by the indexer alone. */
export interface Decision {
  status: "final" | "rejected";
  kind?: string;
  result?: Record<string, unknown>;
  problem?: Rejection;
  transaction: Place;
  /** RFC 3339 time of the block. */
  decidedAt: string;
  /** Where in its organisation's batches it was applied; absent when rejected. */
  proof?: Proof;
}

/** The leaf of an applied operation: its batch, its place among the applied ones from 0, its kind byte and details. */
export interface Proof {
  batch: number;
  index: number;
  code: number;
  details: string;
}

/** An operation as the store keeps it. One that was only found on the chain has a decision and no request. */
export interface Operation {
  organisation: string;
  /** UUID, see {@link operationId}. */
  id: string;
  scenario: string;
  kind?: string;
  /** The parsed body; `reference` in it is for the writer's eyes only. */
  request?: Record<string, unknown>;
  /** RFC 3339, by the clock of whoever accepted it. */
  acceptedAt?: string;
  /** Set when a transaction held it once and another was mined in its place: it stays `submitted` for readers. */
  returned?: boolean;
  decision?: Decision;
}

/**
 * The id of an operation, which its client can compute as well: the first 16 bytes of
 * sha256(organisation ‖ 0x00 ‖ Idempotency-Key), UTF-8, as a UUID of version 8 (RFC 9562, 5.8).
 */
export function operationId(organisation: string, idempotencyKey: string): string {
  const digest = createHash("sha256").update(`${organisation}\0${idempotencyKey}`, "utf8").digest();
  const bytes = digest.subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return uuidOf(bytes);
}

/** 16 bytes as the text form of a UUID. */
export function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** The 16 bytes of a UUID. */
export function uuidBytes(uuid: string): Uint8Array {
  return Uint8Array.from(Buffer.from(uuid.replaceAll("-", ""), "hex"));
}

/** A bytes16 of the chain, `0x` and 32 hex digits, as a UUID. */
export function uuidOfHex(hex: string): string {
  return uuidOf(Buffer.from(hex.slice(2, 34), "hex"));
}
