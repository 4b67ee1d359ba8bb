import { createReadStream } from "node:fs";
import { open, stat } from "node:fs/promises";
import { TextDecoder } from "node:util";
import { UnusableInput } from "./explained.ts";

/** One line of text without its line break, numbered from 1 as an editor does. */
export interface Line {
  number: number;
  text: string;
}

/** Longer lines are no row of any export, and an import does not hold a whole file in memory to find that out. */
const longestLine = 1_000_000;

/**
 * The lines of a text file, read as a stream. A byte order mark says how it is encoded; without one it is read as
 * `encoding` says. Lines end with LF or CRLF, the last one with either or nothing.
 *
 * @param encoding any label that TextDecoder knows, such as `utf-8`, `gb18030`, `windows-1252`, `utf-16le`
 * @throws UnusableInput where there is no such file or encoding, the file is empty, or its bytes are not in the encoding
 */
export async function* linesOf(path: string, encoding = "utf-8"): AsyncGenerator<Line> {
  const decoder = await decoderFor(path, encoding);
  let number = 0;
  let rest = "";
  for await (const text of decoded(path, decoder, () => number + 1)) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield { number: ++number, text: withoutReturn(line) };
    if (rest.length > longestLine) {
      throw new UnusableInput(`${path}: line ${number + 1} goes on for more than a million characters. Is it CSV?`);
    }
  }
  if (rest !== "") yield { number: ++number, text: withoutReturn(rest) };
}

async function* decoded(path: string, decoder: TextDecoder, line: () => number): AsyncGenerator<string> {
  try {
    for await (const bytes of createReadStream(path)) yield decoder.decode(bytes, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_ENCODING_INVALID_ENCODED_DATA") throw error;
    throw new UnusableInput(
      `${path}: at or after line ${line()} are bytes that are not ${decoder.encoding}. ` +
        "Say how the file is encoded, for example --encoding gb18030 or --encoding windows-1252.",
    );
  }
}

async function decoderFor(path: string, encoding: string): Promise<TextDecoder> {
  const start = await startOf(path);
  const marked = encodingOfMark(start);
  if (!marked && encoding === "utf-8" && start.includes(0)) {
    throw new UnusableInput(
      `${path} looks like UTF-16 without a byte order mark. Say so: --encoding utf-16le or --encoding utf-16be.`,
    );
  }
  try {
    return new TextDecoder(marked ?? encoding, { fatal: true });
  } catch {
    throw new UnusableInput(`There is no encoding "${encoding}". Use for example utf-8, gb18030 or windows-1252.`);
  }
}

/** The first bytes of the file: enough for a mark and for the zero bytes that betray UTF-16. */
async function startOf(path: string): Promise<Buffer> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new UnusableInput(`${path} cannot be read: ${error.code === "ENOENT" ? "no such file" : error.message}.`);
  });
  // It is read twice, once before anything is sent, which a pipe does not allow.
  if (!found.isFile()) throw new UnusableInput(`${path} is not a file.`);
  if (found.size === 0) throw new UnusableInput(`${path} is empty: not even a line with the names of columns.`);
  const file = await open(path).catch((error: Error) => {
    throw new UnusableInput(`${path} cannot be read: ${error.message}.`);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function encodingOfMark(start: Buffer): string | undefined {
  if (start[0] === 0xef && start[1] === 0xbb && start[2] === 0xbf) return "utf-8";
  if (start[0] === 0xff && start[1] === 0xfe) return "utf-16le";
  if (start[0] === 0xfe && start[1] === 0xff) return "utf-16be";
  return undefined;
}

function withoutReturn(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}
