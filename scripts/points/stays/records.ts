import { parse } from "csv-parse/sync";
import { UnusableInput } from "./explained.ts";
import type { Line } from "./lines.ts";

/** One record of the file, by the line it begins on: its fields by column, or why it cannot be read. */
export type CsvRecord = { line: number; fields: Map<string, string> } | { line: number; broken: string };

/** How many lines a quoted field may go on for before its first line is taken for broken. */
const longestField = 50;
const unmatched = "its quotes do not match";

/**
 * The records of a CSV text whose first line names its columns. Fields are trimmed; blank lines are passed over.
 *
 * A quote that nobody closed would swallow the rest of the file. So a record is what its lines make of it when they are
 * parsed alone: where that does not give as many fields as there are columns, only its first line is broken, and reading
 * goes on with the next.
 *
 * @param needed columns that must be there
 * @throws UnusableInput naming the columns that are missing or there twice
 */
export async function* recordsOf(lines: AsyncIterable<Line>, needed: readonly string[]): AsyncGenerator<CsvRecord> {
  let columns: string[] | undefined;
  let held: Line[] = [];
  for await (const line of lines) {
    if (line.text.trim() === "" && held.length === 0) continue;
    if (!columns) {
      columns = columnsOf(line.text, needed);
      continue;
    }
    held.push(line);
    held = yield* takeRecords(held, columns, false);
  }
  if (!columns) throw new UnusableInput("The file has no line with the names of columns, only blank ones.");
  yield* takeRecords(held, columns, true);
}

/** Takes what records these lines hold, and gives back those that may be the start of one more. */
function* takeRecords(held: Line[], columns: string[], atEnd: boolean): Generator<CsvRecord, Line[]> {
  let count = 1;
  while (held.length > 0) {
    const first = held[0]!;
    const text = held
      .slice(0, count)
      .map((line) => line.text)
      .join("\n");
    if (hasOpenQuote(text)) {
      if (count < held.length) {
        count += 1;
        continue;
      }
      if (!atEnd && held.length < longestField) return held;
      yield { line: first.number, broken: unmatched };
      held = held.slice(1);
    } else {
      const record = first.text.trim() === "" ? undefined : recordOf(text, first.number, columns);
      if (record) yield record;
      held = held.slice(record && "fields" in record ? count : 1);
    }
    count = 1;
  }
  return held;
}

function recordOf(text: string, line: number, columns: string[]): CsvRecord {
  const fields = fieldsOf(text);
  if (!fields) return { line, broken: unmatched };
  if (fields.length !== columns.length) {
    return { line, broken: fields.length < columns.length ? "too few columns" : "too many columns" };
  }
  return { line, fields: new Map(columns.map((column, index) => [column, fields[index]!])) };
}

function columnsOf(header: string, needed: readonly string[]): string[] {
  const columns = fieldsOf(header) ?? [header];
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    const separator = columns.length === 1 ? " Columns are separated by commas." : "";
    throw new UnusableInput(
      `The first line names no column ${missing.join(", ")}.${separator} It begins: ${header.slice(0, 120)}`,
    );
  }
  const twice = needed.filter((name) => columns.indexOf(name) !== columns.lastIndexOf(name));
  if (twice.length > 0) throw new UnusableInput(`The first line names more than one column ${twice.join(", ")}.`);
  return columns;
}

function fieldsOf(text: string): string[] | undefined {
  try {
    return (parse(text, { relax_column_count: true, trim: true, relax_quotes: false }) as string[][])[0];
  } catch {
    return undefined;
  }
}

function hasOpenQuote(text: string): boolean {
  return text.split('"').length % 2 === 0;
}
