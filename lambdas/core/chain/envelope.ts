import { uuidBytes, uuidOf } from "../operation.ts";

/** The kind byte of an entry that only rejects. */
export const VOID = 0;

/** Bytes of an entry beside its body: kind, operation, length. */
export const ENTRY_OVERHEAD = 19;

/** One operation of a batch. */
export interface EnvelopeEntry {
  code: number;
  /** UUID. */
  operation: string;
  body: Uint8Array;
}

/** The packed form of IOperationEnvelope.sol: kind uint8 ‖ operation bytes16 ‖ length uint16 ‖ body, one after another. */
export function packEnvelope(entries: EnvelopeEntry[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap(({ code, operation, body }) => {
      const head = Buffer.alloc(ENTRY_OVERHEAD);
      head.writeUInt8(code, 0);
      head.set(uuidBytes(operation), 1);
      head.writeUInt16BE(body.length, 17);
      return [head, body];
    }),
  );
}

/** The entries of a packed envelope. */
export function unpackEnvelope(packed: Uint8Array): EnvelopeEntry[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength);
  const entries: EnvelopeEntry[] = [];
  for (let at = 0; at < bytes.length;) {
    const body = at + ENTRY_OVERHEAD;
    const end = body + bytes.readUInt16BE(at + 17);
    entries.push({
      code: bytes.readUInt8(at),
      operation: uuidOf(bytes.subarray(at + 1, at + 17)),
      body: bytes.subarray(body, end),
    });
    at = end;
  }
  return entries;
}

/** The entry by which an operation that cannot be executed is rejected on the chain. */
export function voidEntry(operation: string): EnvelopeEntry {
  return { code: VOID, operation, body: new Uint8Array(0) };
}

/** An organisation's id as the chain keeps it: ASCII, padded right with zeros to 32 bytes, `0x` and 64 hex digits. */
export function organisationHex(organisation: string): `0x${string}` {
  return `0x${Buffer.from(organisation, "ascii").toString("hex").padEnd(64, "0")}`;
}

/** The organisation's id of a bytes32. */
export function organisationOf(hex: string): string {
  return Buffer.from(hex.slice(2), "hex").toString("ascii").replace(/\0+$/, "");
}
