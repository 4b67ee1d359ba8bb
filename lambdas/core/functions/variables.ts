import * as z from "zod";

/** A variable that holds JSON of a known form. */
export function json<Schema extends z.ZodType>(schema: Schema) {
  return z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);
}

/** Names with commas between them. */
export const names = z
  .string()
  .min(1)
  .transform((text) => text.split(","));

/** Table names, by what they are for. */
export const tables = json(z.record(z.string(), z.string()));

/**
 * What the environment of a function says, read once when it starts.
 * @throws Error that names each variable that cannot be used, and no value
 */
export function readVariables<Schema extends z.ZodObject>(schema: Schema): z.output<Schema> {
  const parsed = schema.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`the environment of this function cannot be used: ${faults.join("; ")}`);
}
