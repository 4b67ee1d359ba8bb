import { bytesToBigInt, bytesToHex } from "viem/utils";
import type { Hex } from "viem";

/** How many points the group of secp256k1 has, and the prime of its field (SEC 2, 2.4.1). */
export const ORDER = 0xffffffff_ffffffff_ffffffff_fffffffe_baaedce6_af48a03b_bfd25e8c_d0364141n;
const PRIME = 2n ** 256n - 2n ** 32n - 977n;

const SEQUENCE = 0x30;
const INTEGER = 0x02;
/**
 * What stands before the point of every uncompressed secp256k1 key (RFC 5480, 2): the algorithm id-ecPublicKey, the
 * curve 1.3.132.0.10, a bit string of 65 bytes and the mark of an uncompressed point. DER has no other way to say it.
 */
const KEY_HEADER = "0x3056301006072a8648ce3d020106052b8104000a03420004";
const KEY_BYTES = 88;

/** Bytes that are not the one encoding that DER (X.690) has for a signature or key on secp256k1. Holds none of them. */
export class MalformedDer extends Error {
  constructor(problem: string) {
    super(problem);
    this.name = "MalformedDer";
  }
}

/** An ECDSA signature: two numbers from 1 to {@link ORDER} - 1. */
export interface EcdsaSignature {
  r: bigint;
  s: bigint;
}

/**
 * Reads an ECDSA-Sig-Value (RFC 3279, 2.2.3), so strictly that no two encodings are read as the same signature.
 * @throws MalformedDer
 */
export function decodeSignature(der: Uint8Array): EcdsaSignature {
  const signature = readElement(der, SEQUENCE);
  const r = readElement(signature.content, INTEGER);
  const s = readElement(r.rest, INTEGER);
  if (signature.rest.length > 0 || s.rest.length > 0) throw new MalformedDer("bytes follow the signature");
  return { r: readScalar(r.content), s: readScalar(s.content) };
}

/**
 * Reads the SubjectPublicKeyInfo of a secp256k1 key.
 * @returns the uncompressed point: 0x04, x, y
 * @throws MalformedDer for another algorithm or curve too, for a compressed point, and for one that is not on the curve
 */
export function decodePublicKey(der: Uint8Array): Hex {
  const key = bytesToHex(der);
  if (der.length !== KEY_BYTES || !key.startsWith(KEY_HEADER)) {
    throw new MalformedDer("the key is not an uncompressed one on secp256k1");
  }
  const point = der.subarray(KEY_BYTES - 64);
  const [x, y] = [bytesToBigInt(point.subarray(0, 32)), bytesToBigInt(point.subarray(32))];
  const onCurve = x < PRIME && y < PRIME && (y * y - x * x * x - 7n) % PRIME === 0n;
  if (!onCurve) throw new MalformedDer("the key's point is not on secp256k1");
  return `0x04${bytesToHex(point).slice(2)}`;
}

/** The element at the beginning. A signature has less than 128 bytes, so DER writes each length in one byte. */
function readElement(bytes: Uint8Array, tag: number): { content: Uint8Array; rest: Uint8Array } {
  const [found, length] = bytes;
  if (found !== tag) throw new MalformedDer("a tag is wrong or missing");
  if (length === undefined || length > 127) throw new MalformedDer("a length is not in its shortest form");
  const end = 2 + length;
  if (end > bytes.length) throw new MalformedDer("an element ends too early");
  return { content: bytes.subarray(2, end), rest: bytes.subarray(end) };
}

function readScalar(content: Uint8Array): bigint {
  const [first, second] = content;
  if (first === undefined || first > 127) throw new MalformedDer("an integer is empty or negative");
  if (first === 0 && second !== undefined && second < 128) throw new MalformedDer("an integer has zeros in front");
  const value = bytesToBigInt(content);
  if (value === 0n || value >= ORDER) throw new MalformedDer("an integer is not within the order of the group");
  return value;
}
