/** A snapshot of the whole chain, so that a start need not replay every block since the genesis. */
import { createWriteStream, existsSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import type { checkpoint } from "../../../lambdas/core/checkpoint.ts";
import { putInPlace } from "../durable-file.ts";
import type { Anvil } from "./anvil.ts";

const fileIn = (home: string): string => join(home, "snapshot.json");

/** The snapshot of this home, or undefined before the first. */
export function snapshotIn(home: string): string | undefined {
  return existsSync(fileIn(home)) ? fileIn(home) : undefined;
}

/**
 * Asks anvil for its state and puts it in the place of the last snapshot, durably and at once. It streams, since the
 * answer (hexadecimal of gzip of JSON) soon outgrows what a string can hold.
 */
export async function takeSnapshot(anvil: Anvil, home: string, reached: typeof checkpoint): Promise<void> {
  const call = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "anvil_dumpState", params: [] }));
  const temporary = `${fileIn(home)}.new`;
  const answer = await anvil.send(call);
  await pipeline(answer, bytesOfResult, createGunzip(), createWriteStream(temporary, { flush: true }));
  await reached("snapshot-written-not-renamed");
  putInPlace(temporary, fileIn(home));
}

/** Turns `{"result":"0x1f8b…"}` into the bytes that it spells. */
async function* bytesOfResult(answer: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const opening = '"result":"0x';
  let text = "";
  let begun = false;
  for await (const chunk of answer) {
    text += chunk.toString("latin1");
    if (!begun) {
      const start = text.indexOf(opening);
      if (start === -1) continue;
      text = text.slice(start + opening.length);
      begun = true;
    }
    const whole = text.length - (text.length % 2);
    yield Buffer.from(text.slice(0, whole), "hex"); // Stops at the closing quotation mark.
    text = text.slice(whole);
  }
  if (!begun) throw new Error(`anvil gave no snapshot: ${text.slice(0, 200)}`);
}
