import * as z from "zod";
import { idempotencyKey, reference, time, transaction, uuid } from "../core/http/schemas.ts";

const memberId = uuid.meta({ description: "The member's id: the id of the operation that enrolled it." });
const example = { member: "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58", points: 300, reference: "folio 20261101-17" };

/** How many points, at least one. */
export const points = z.int().min(1).max(4294967295).meta({ description: "Whole points", example: 300 });

export const enrolment = z
  .strictObject({ reference: reference.optional() })
  .meta({ id: "Enrolment", example: { reference: "folio 20261101-17" } });

export const posting = z
  .strictObject({ member: memberId, points, reference: reference.optional() })
  .meta({ id: "Posting", example });

export const reversal = z
  .strictObject({
    operation: uuid.meta({ description: "The earning or redemption of your own organisation that is reversed." }),
    points: points.optional().meta({ description: "How many of its points; all that is left when absent." }),
  })
  .meta({ id: "Reversal", example: { operation: "0b8e6a52-7f3c-8a1d-9e40-5c2d71f8a6b3", points: 100 } });

/** Where the path says it all. */
export const nothing = z.strictObject({});

export const batch = z
  .strictObject({
    operations: z
      .array(
        z.strictObject({
          key: idempotencyKey,
          kind: z.enum(["earn", "redeem"]),
          member: memberId,
          points,
          reference: reference.optional(),
        }),
      )
      .min(1)
      .max(1000),
  })
  .meta({
    id: "Batch",
    example: { operations: [{ key: "b71c9a52-0e84-4d36-9c1f-52fd0a6e8813", kind: "earn", ...example }] },
  });

export const batchAnswer = z
  .strictObject({
    operations: z.array(
      z.strictObject({
        key: z.string(),
        id: uuid,
        status: z.enum(["accepted", "submitted", "final", "rejected"]),
      }),
    ),
  })
  .meta({ id: "BatchAccepted" });

export const member = z
  .strictObject({
    id: memberId,
    balance: z.int().min(0).meta({ description: "What the member can redeem now" }),
    expiring: z
      .array(z.strictObject({ points: z.int().min(1), expiresAt: time }))
      .meta({ description: "The balance by the time at which it is gone, the soonest first" }),
    frozen: z.boolean().meta({ description: "Whether the member cannot redeem" }),
  })
  .meta({ id: "Member" });

export const entry = z
  .strictObject({
    operation: uuid.optional(),
    kind: z.enum(["earn", "redeem", "reverse", "expire"]),
    points: z.int().meta({ description: "Signed: all entries sum to the balance" }),
    merchant: z.string().optional().meta({ description: "The organisation that posted; none for what expired" }),
    balance: z.int().min(0).optional().meta({ description: "After the posting" }),
    original: uuid.optional().meta({ description: "The operation that a reversal reversed" }),
    shortfall: z.int().min(0).optional().meta({ description: "Of a reversed earning: what had been spent before" }),
    time,
    transaction: transaction.optional(),
  })
  .meta({
    id: "Entry",
    description: "One posting. What expired and no posting took off the books yet has no transaction.",
  });

const currency = z.string().meta({ description: "ISO 4217", example: "CNY" });

export const money = z
  .strictObject({
    currency,
    minor: z.int().meta({ description: "Whole minor units, rounded toward zero" }),
    thousandths: z.int().min(-999).max(999).meta({ description: "The rest, in thousandths of a minor unit" }),
  })
  .meta({ id: "Money", description: "An exact amount; positive where the pool owes the merchant." });

const count = z.int().min(0);

/** Counters of points. */
const counters = {
  issued: count.meta({ description: "Points issued" }),
  clawedBack: count.meta({ description: "Points taken back by reversed earnings" }),
  redeemed: count.meta({ description: "Points accepted" }),
  givenBack: count.meta({ description: "Points returned by reversed redemptions" }),
};

export const positions = z
  .strictObject({
    positions: z.array(
      z
        .strictObject({ organisation: z.string(), ...counters, position: money })
        .meta({ id: "Position", description: "A merchant's open position since the last settlement" }),
    ),
    pool: z
      .strictObject({
        ...counters,
        dropped: count.meta({ description: "Expired points that a posting took off the books" }),
        outstanding: count.meta({
          description: "Points that no posting took off the books: live ones, and expired ones whose member is idle",
        }),
        reserve: money.meta({ description: "What the pool holds" }),
        reserveForOutstanding: money.meta({
          description: "Of it: what outstanding points would cost if all were redeemed",
        }),
        reserveFromPrices: money.meta({ description: "Of it: what the two prices have left to the alliance" }),
        reserveFromExpiry: money.meta({ description: "Of it: what dropped points have left to the alliance" }),
        settled: money.meta({ description: "What all settlements have closed" }),
      })
      .optional()
      .meta({ id: "Pool", description: "The pool over the life of the book; for the operator only" }),
  })
  .meta({ id: "Positions" });

export const settlement = z
  .strictObject({
    id: uuid.meta({ description: "The id of the operation that closed it" }),
    number: z.int().min(1),
    closedAt: time,
    transaction,
    reserve: money.optional().meta({ description: "The pool's reserve when it closed; for the operator only" }),
    statements: z.array(
      z.strictObject({ organisation: z.string(), ...counters, opening: money, net: money, closing: money }).meta({
        id: "Statement",
        description: "opening + points at their prices = net + closing; net is in whole minor units.",
      }),
    ),
  })
  .meta({ id: "Settlement", description: "A merchant sees its own statement in it, the operator all." });
