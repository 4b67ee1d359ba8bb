import { createHash } from "node:crypto";

/** What the constructor fills in: offset and length, in bytes. */
export type Immutables = readonly (readonly [number, number])[];

/**
 * The hash by which code on the chain is recognised: SHA-256, hex, without metadata, with zeros for what the constructor
 * fills in. The compiler's metadata at its end says how it was compiled, down to
 * comments, and not what it does; the last two bytes are its length (docs.soliditylang.org, "Contract Metadata").
 */
export function runtimeHash(code: Uint8Array, immutables: Immutables): string {
  const metadata = code.length < 2 ? 0 : ((code.at(-2)! << 8) | code.at(-1)!) + 2;
  const bare = Uint8Array.from(code.subarray(0, Math.max(0, code.length - metadata)));
  for (const [offset, length] of immutables) bare.fill(0, offset, offset + length);
  return createHash("sha256").update(bare).digest("hex");
}
