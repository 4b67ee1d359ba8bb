import { keccak256, stringToBytes } from "viem/utils";

/** The id of a role in the AccessManager: the first eight bytes of the keccak256 of its name. */
export function roleId(name: string): bigint {
  return BigInt(keccak256(stringToBytes(name)).slice(0, 18));
}

/** What lets a signer call `submit` at all. */
export const SIGNER_ROLE = "core:signer";
