import type { z } from "zod";
import type { Facade } from "../core/facade.ts";
import { uuidBytes } from "../core/operation.ts";
import type { Operation, Proof } from "../core/operation.ts";
import { Problem } from "../core/problem.ts";
import type { OperationKind } from "../core/scenario.ts";
import type { enrolment, posting, reversal } from "./schemas.ts";

type Posting = z.output<typeof posting>;
type Reversal = z.output<typeof reversal>;
type OfMember = { member: string };

/** The kind bytes of IPointsLedger.sol. */
export const codes = { enrol: 1, earn: 2, redeem: 3, reverse: 4, freeze: 5, unfreeze: 6, settle: 7 };

const enrol: OperationKind<z.output<typeof enrolment>> = {
  code: codes.enrol,
  gas: 25_500,
  body: () => new Uint8Array(0),
  matches: () => true,
};

const earn: OperationKind<Posting> = {
  code: codes.earn,
  gas: 12_000,
  body: packPosting,
  matches: (request, result) => request.member === result["member"] && request.points === result["points"],
};

const redeem: OperationKind<Posting> = { ...earn, code: codes.redeem };

const reverse: OperationKind<Reversal> = {
  code: codes.reverse,
  gas: 46_000,
  consults: true,
  body: packReversal,
  matches: ({ operation, points }, result) =>
    operation === result["original"] && (points === undefined || points === result["points"]),
};

const freeze: OperationKind<OfMember> = {
  code: codes.freeze,
  gas: 9_000,
  body: ({ member }) => uuidBytes(member),
  matches: ({ member }, result) => member === result["member"],
};

const unfreeze: OperationKind<OfMember> = { ...freeze, code: codes.unfreeze };

const settle: OperationKind = {
  code: codes.settle,
  gas: "simulate",
  body: () => new Uint8Array(0),
  matches: () => true,
};

/** Every kind of operation of a book of points. Gas is the worst case of one entry in a batch. */
export const operations = { enrol, earn, redeem, reverse, freeze, unfreeze, settle };

function packPosting({ member, points }: Posting): Uint8Array {
  return Buffer.concat([uuidBytes(member), uint32(points)]);
}

/** The proof of the original, and how much of it to reverse; nothing is accepted before there is something to prove. */
async function packReversal(request: Reversal, organisation: string, facade: Facade): Promise<Uint8Array> {
  const original = await facade.operation(organisation, request.operation);
  const { code, batch, index, details } = provable(original);
  const path = await facade.proofPath(organisation, batch, index);
  return Buffer.concat([
    Uint8Array.of(code),
    uuidBytes(request.operation),
    uint64(batch),
    uint32(index),
    Buffer.from(details, "hex"),
    uint32(request.points ?? 0),
    ...path,
  ]);
}

/** @throws Problem `not-found`, `not-reversible`, `original-not-final` */
function provable(original: Operation | undefined): Proof {
  if (original?.scenario !== "points") {
    throw new Problem("not-found", "Your organisation has no points operation with this id.");
  }
  const { decision } = original;
  const kind = decision?.kind ?? original.kind;
  if (decision?.status === "rejected" || (kind !== undefined && kind !== "earn" && kind !== "redeem")) {
    const detail =
      decision?.status === "rejected" ? "The operation was rejected." : `The operation is of kind ${kind}.`;
    throw new Problem("not-reversible", detail);
  }
  if (!decision?.proof) throw new Problem("original-not-final", "The operation is still open.");
  return decision.proof;
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}
