import * as z from "zod";

/** A UUID in any case, which becomes lower case. Its version is its maker's business. */
export const uuid = z
  .string()
  .regex(/^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/, "must be a UUID")
  .toLowerCase()
  .meta({ format: "uuid", example: "0b8e6a52-7f3c-8a1d-9e40-5c2d71f8a6b3" });

/** The id of an organisation, from which the ids of its operations are derived. */
export const organisationId = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,31}$/, "must be 1 to 31 of A-Z a-z 0-9 . _ -")
  .meta({ example: "kapok-tea-house" });

/** A key that names an operation of an organisation: 1 to 255 printable ASCII characters, none of the outer ones a space. */
export const idempotencyKey = z
  .string()
  .regex(/^[!-~]([ -~]{0,253}[!-~])?$/, "must be 1 to 255 printable ASCII characters")
  .meta({
    minLength: 1,
    maxLength: 255,
    description:
      "Names the operation: random for each new one, the same for each retry of it. Never a guest's name, number or " +
      "phone, since the operation's id on the chain is a hash of it.",
    example: "6d0f4c1e-2b57-4e0a-8f39-a1c5e27b9d84",
  });

/** The writer's own note to itself. It is neither on the chain nor in logs. */
export const reference = z
  .string()
  .refine((text) => text.length > 0 && [...text].length <= 200, "must have 1 to 200 characters")
  .meta({
    minLength: 1,
    maxLength: 200,
    description: "Your own note, such as a booking number. Only your organisation sees it; it is not on the chain.",
    example: "folio 20261101-17",
  });

/** RFC 3339 in UTC. */
export const time = z.string().meta({ format: "date-time", example: "2026-11-01T08:30:00Z" });

/** Where in the answer to a list the next page begins. */
export const cursor = z
  .string()
  .regex(/^[A-Za-z0-9_=.~-]{1,2048}$/, "is not a cursor of this list")
  .meta({ description: "Where the next page begins, as the last page said; absent on the last page." });

/** How many rows a page has. */
export const limit = z
  .string()
  .refine((text) => /^([1-9][0-9]?|1[0-9]{2}|200)$/.test(text), "must be a whole number from 1 to 200")
  .transform(Number)
  .meta({ type: "integer", minimum: 1, maximum: 200, default: 50, description: "How many rows the page has." });

/** Where on the chain something happened. */
export const transaction = z
  .strictObject({ hash: z.string(), blockNumber: z.int().min(0), logIndex: z.int().min(0) })
  .meta({
    id: "Transaction",
    description: "Where it stands on the chain. The log index counts within the block.",
    example: { hash: `0x${"5c".repeat(32)}`, blockNumber: 4711, logIndex: 3 },
  });

/** A problem (RFC 9457). */
export const problem = z
  .looseObject({
    type: z.string().meta({ format: "uri" }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
  })
  .meta({ id: "Problem", description: "What went wrong and, at `type`, what to do about it (RFC 9457)." });

/** An operation as the API shows it. */
export const operation = z
  .strictObject({
    id: uuid,
    scenario: z.string(),
    kind: z.string().optional(),
    status: z.enum(["accepted", "submitted", "final", "rejected"]),
    acceptedAt: time.optional(),
    request: z.record(z.string(), z.unknown()).optional(),
    result: z.record(z.string(), z.unknown()).optional(),
    problem: problem.optional(),
    transaction: transaction.optional(),
  })
  .meta({
    id: "Operation",
    description:
      "One write. `final` and `rejected` are for ever. What this Kapok learned from the chain alone may lack `kind`, " +
      "`acceptedAt` and `request`.",
  });
