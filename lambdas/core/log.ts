import type { Measured } from "./metrics.ts";
import { embedded } from "./metrics.ts";

/** One line: what happened, what it is about, and what of it is measured. */
type Say = (event: string, fields?: Record<string, unknown>, measured?: Measured) => void;

/** Structured lines, one JSON object each. Never a body, a reference, a token, a secret or signed bytes. */
export interface Logger {
  info: Say;
  warn: Say;
  /** Something that a person must look at. */
  alarm: Say;
  error: Say;
}

/**
 * A logger that writes to standard output.
 * @param deployment whose metrics lines carry; absent on one machine, where nobody reads any
 */
export function logger(part: string, deployment?: string): Logger {
  const write =
    (level: string): Say =>
    (event, fields = {}, measured) => {
      const time = new Date().toISOString();
      const metrics = deployment !== undefined && measured && embedded(deployment, measured);
      process.stdout.write(`${JSON.stringify({ time, level, part, event, ...fields, ...metrics })}\n`);
    };
  const alarm = write("alarm");
  return {
    info: write("info"),
    warn: write("warn"),
    alarm: (event, fields, measured) =>
      alarm(event, fields, { ...measured, values: { ...measured?.values, Alarms: 1 } }),
    error: write("error"),
  };
}

/** What a log may say of an error: its name and message, and those of its causes. */
export function saying(error: unknown): string {
  const said: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    said.push(`${at.name}: ${at.message.split("\n")[0]}`);
  }
  return said.join(" <- ") || String(error);
}

/** What a person is told of an error: all of its message, and the first line of what caused it where that says more. */
export function explained(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;
  return cause instanceof Error && !message.includes(cause.message) ? `${message} (${saying(cause)})` : message;
}
