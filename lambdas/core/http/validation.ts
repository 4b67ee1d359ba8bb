import type * as z from "zod";
import { Problem } from "../problem.ts";

/** One thing that is wrong in a request: where (steps joined with dots), why, and in which entry of a batch. */
export interface RequestError {
  path: string;
  message: string;
  index?: number;
}

/**
 * What a schema makes of a value.
 * @throws Problem `invalid-request` with every error
 */
export function validated<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const errors = outcome.error.issues.map(requestError);
  throw new Problem("invalid-request", "The request does not have the form that the documentation says.", { errors });
}

function requestError({ path, message }: z.core.$ZodIssue): RequestError {
  const index = path.find((step) => typeof step === "number");
  // Messages repeat unknown keys, and a key may be as long as the body.
  const error = { path: path.join(".").slice(0, 200), message: message.slice(0, 200) };
  return index === undefined ? error : { ...error, index };
}
