/** Structured lines, one JSON object each. Never a body, a reference, a token, a secret or signed bytes. */
export interface Logger {
  info(event: string, fields?: Record<string, unknown>): void;
  warn(event: string, fields?: Record<string, unknown>): void;
  /** Something that a person must look at. */
  alarm(event: string, fields?: Record<string, unknown>): void;
  error(event: string, fields?: Record<string, unknown>): void;
}

/** A logger that writes to standard output. */
export function logger(part: string): Logger {
  const write =
    (level: string) =>
    (event: string, fields: Record<string, unknown> = {}) => {
      process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), level, part, event, ...fields })}\n`);
    };
  return { info: write("info"), warn: write("warn"), alarm: write("alarm"), error: write("error") };
}

/** What a log may say of an error: its name and message, and those of its causes. */
export function saying(error: unknown): string {
  const said: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    said.push(`${at.name}: ${at.message.split("\n")[0]}`);
  }
  return said.join(" <- ") || String(error);
}
