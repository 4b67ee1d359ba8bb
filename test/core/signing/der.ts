import { numberToBytes } from "viem/utils";
import type { EcdsaSignature } from "../../../lambdas/core/signing/der.ts";
import { MalformedDer } from "../../../lambdas/core/signing/der.ts";

/** DER's one encoding of a signature, for numbers of up to 61 bytes each. */
export function encodeSignature({ r, s }: EcdsaSignature): Uint8Array {
  return element(0x30, integer(r), integer(s));
}

export function element(tag: number, ...contents: Uint8Array[]): Uint8Array {
  const content = Buffer.concat(contents);
  return Buffer.from([tag, content.length, ...content]);
}

/** A positive integer has a zero in front where its first bit would make it negative. */
export function integer(value: bigint): Uint8Array {
  const bytes = numberToBytes(value);
  return element(0x02, Buffer.from(bytes[0]! > 127 ? [0, ...bytes] : bytes));
}

/** The bytes that hexadecimal digits with spaces between them stand for. */
export function bytes(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}

export function refuses(decode: (der: Uint8Array) => unknown, der: Uint8Array): boolean {
  try {
    decode(der);
    return false;
  } catch (error) {
    if (error instanceof MalformedDer) return true;
    throw error;
  }
}
