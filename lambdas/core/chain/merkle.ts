import { keccak256 } from "viem/utils";

/** What a leaf says; the packed form stands in IOperationEnvelope.sol. */
export interface Leaf {
  organisation: string;
  batch: number;
  /** Among the applied operations of the batch, from 0. */
  index: number;
  code: number;
  /** 16 bytes. */
  operation: Uint8Array;
  details: Uint8Array;
}

/** The double hash of a leaf. */
export function leafHash(leaf: Leaf): Uint8Array {
  const packed = Buffer.alloc(32 + 8 + 4 + 1 + 16 + leaf.details.length);
  packed.write(leaf.organisation, 0, "ascii");
  packed.writeBigUInt64BE(BigInt(leaf.batch), 32);
  packed.writeUInt32BE(leaf.index, 40);
  packed.writeUInt8(leaf.code, 44);
  packed.set(leaf.operation, 45);
  packed.set(leaf.details, 61);
  return keccak256(keccak256(packed, "bytes"), "bytes");
}

/** The root over leaves in order: pairs are hashed sorted, an odd node moves up unchanged. No leaves: 32 zeros. */
export function merkleRoot(leaves: Uint8Array[]): Uint8Array {
  let level = leaves;
  while (level.length > 1) level = parents(level);
  return level[0] ?? new Uint8Array(32);
}

/** What stands beside the way from a leaf to the root, from the leaf up. */
export function merklePath(leaves: Uint8Array[], index: number): Uint8Array[] {
  const path: Uint8Array[] = [];
  for (let level = leaves, at = index; level.length > 1; level = parents(level), at = at >> 1) {
    const sibling = level[at ^ 1];
    if (sibling) path.push(sibling);
  }
  return path;
}

function parents(level: Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let index = 0; index < level.length; index += 2) {
    const [left, right] = [level[index]!, level[index + 1]];
    above.push(right ? pairHash(left, right) : left);
  }
  return above;
}

function pairHash(one: Uint8Array, other: Uint8Array): Uint8Array {
  return keccak256(Buffer.concat(Buffer.compare(one, other) < 0 ? [one, other] : [other, one]), "bytes");
}
