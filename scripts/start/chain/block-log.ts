/**
 * The log of blocks: one line of JSON for each, synced before anybody may see the block. With the snapshot it is the
 * chain; anvil itself is only what computes it.
 */
import { closeSync, fdatasync, fsyncSync, ftruncateSync, openSync, readFileSync, write } from "node:fs";
import { promisify } from "node:util";
import { writeDurably } from "../durable-file.ts";

const writeTo = promisify(write);
const sync = promisify(fdatasync);

export interface LoggedBlock {
  readonly number: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly hash: string;
  /** Signed, in block order. */
  readonly transactions: readonly string[];
}

export class LogDamagedError extends Error {
  override readonly name = "LogDamagedError";
  constructor(path: string, problem: string) {
    super(
      `The log of blocks ${path} is damaged: ${problem}. The chain does not start, because it could only show ` +
        "another history. Put the file back from a backup, or choose an empty folder for a new chain.",
    );
  }
}

export class BlockLog {
  readonly #path: string;
  #file: number;

  private constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /**
   * Opens the log and reads the blocks in it. A last record that was never finished was never shown: it is cut off.
   *
   * @throws LogDamagedError where anything else cannot be read, or numbers do not follow one another.
   */
  static open(path: string): { log: BlockLog; blocks: LoggedBlock[] } {
    const file = openSync(path, "a+");
    const content = readFileSync(file);
    const end = endOfRecords(path, content);
    const blocks = [...records(path, content.subarray(0, end))];
    if (end < content.length) {
      ftruncateSync(file, end);
      fsyncSync(file);
    }
    return { log: new BlockLog(path, file), blocks };
  }

  /** Writes and syncs one more block. When this returns, no crash takes the block away. */
  async append(block: LoggedBlock): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(block)}\n`);
    for (let written = 0; written < line.length;) {
      written += (await writeTo(this.#file, line, written)).bytesWritten;
    }
    await sync(this.#file);
  }

  /** Drops every block up to `head`, which a snapshot holds now. The head itself stays, to prove the snapshot by. */
  startFrom(head: LoggedBlock): void {
    writeDurably(this.#path, `${JSON.stringify(head)}\n`);
    closeSync(this.#file);
    this.#file = openSync(this.#path, "a+");
  }
}

/** Where the last finished record ends. */
function endOfRecords(path: string, content: Buffer): number {
  const zeros = content.indexOf(0);
  if (zeros === -1) return content.lastIndexOf("\n") + 1;
  // A power cut can leave the file's new length with zeros in the place of data; but only in the last record.
  const line = content.indexOf("\n", zeros);
  if (line !== -1 && line !== content.length - 1) throw new LogDamagedError(path, "there are zeros amid its records");
  return content.lastIndexOf("\n", zeros) + 1;
}

function* records(path: string, content: Buffer): Generator<LoggedBlock> {
  let previous: number | undefined;
  for (let start = 0; start < content.length;) {
    const end = content.indexOf("\n", start);
    const block = parse(path, content.toString("utf8", start, end));
    if (previous !== undefined && block.number !== previous + 1) {
      throw new LogDamagedError(path, `block ${block.number} follows block ${previous}`);
    }
    previous = block.number;
    yield block;
    start = end + 1;
  }
}

function parse(path: string, line: string): LoggedBlock {
  try {
    return JSON.parse(line) as LoggedBlock;
  } catch {
    throw new LogDamagedError(path, `it has a record that is none: ${line.slice(0, 60)}`);
  }
}
