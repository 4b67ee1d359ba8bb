import type * as z from "zod";
import { Problem } from "../problem.ts";

/** One thing that is wrong in a request: where (a JSON Pointer, RFC 6901), why, and in which entry of a batch. */
export interface RequestError {
  path: string;
  message: string;
  index?: number;
}

/**
 * What a schema makes of a value.
 * @param root where the value stands, before the pointer: empty for the body, `?` for the query
 * @throws Problem `invalid-request` with every error
 */
export function validated<Schema extends z.ZodType>(schema: Schema, value: unknown, root = ""): z.output<Schema> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const errors = outcome.error.issues.map((issue) => requestError(issue, root));
  throw new Problem("invalid-request", "The request does not have the form that the documentation says.", { errors });
}

function requestError(issue: z.core.$ZodIssue, root: string): RequestError {
  const path = issue.path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  const index = issue.path.find((step) => typeof step === "number");
  // Messages repeat unknown keys, and a key may be as long as the body.
  return { path: root + path, message: issue.message.slice(0, 200), ...(index === undefined ? {} : { index }) };
}
