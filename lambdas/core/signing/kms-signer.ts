import {
  getAddress,
  keccak256,
  numberToHex,
  publicKeyToAddress,
  recoverAddress,
  serializeTransaction,
} from "viem/utils";
import type { Address, Signature } from "viem";
import type { EcdsaSignature } from "./der.ts";
import { decodePublicKey, decodeSignature, MalformedDer, ORDER } from "./der.ts";
import type { Signer } from "./keys.ts";
import { KeySwapped, KmsAnswerMalformed } from "./kms-errors.ts";

/** A key that stays in KMS. Both throw KmsUnavailable and KmsRefused. */
export interface KmsKey {
  /** Its ARN, or an alias; for messages. */
  readonly id: string;
  /** The SubjectPublicKeyInfo, DER. */
  publicKey(): Promise<Uint8Array>;
  /** An ECDSA-Sig-Value over a digest of 32 bytes, DER. */
  sign(digest: Uint8Array): Promise<Uint8Array>;
}

/**
 * The viem account of a key in KMS: one signature of KMS for a transaction (any but one with blobs). Keep it for as
 * long as the process lives: it reads the public key before its first signature, and then knows it.
 * @param address whose transactions these are; a key of another address signs none
 * @returns an account whose signTransaction throws {@link SigningFailed}: KmsUnavailable, KmsRefused, KeySwapped or
 * KmsAnswerMalformed
 */
export function kmsSigner(address: string, key: KmsKey): Signer {
  const sender = getAddress(address);
  let known: Promise<void> | undefined;
  // Only a right answer stays known, so that the lane goes on by itself once somebody has put the key right.
  const isTheKey = () => {
    known ??= checkKey(sender, key);
    known.catch(() => (known = undefined));
    return known;
  };
  return {
    address: sender,
    async signTransaction(transaction, options) {
      const serialize = options?.serializer ?? serializeTransaction;
      await isTheKey();
      const digest = keccak256(await serialize(transaction), "bytes");
      const signature = decoded(key, "signature", decodeSignature, await key.sign(digest));
      return serialize(transaction, await signatureOf(sender, key, digest, signature));
    },
  };
}

async function checkKey(sender: Address, key: KmsKey): Promise<void> {
  const found = publicKeyToAddress(decoded(key, "public key", decodePublicKey, await key.publicKey()));
  if (found !== sender) throw new KeySwapped(key.id, sender, found);
}

/**
 * The signature as Ethereum takes it. KMS answers both s and n - s, which sign alike, and the chain takes the lower one
 * (EIP-2); KMS names no recovery id, and the one that leads to the sender is it.
 * @throws KeySwapped where none does: the key was swapped after its public key had been read
 */
async function signatureOf(
  sender: Address,
  key: KmsKey,
  digest: Uint8Array,
  ecdsa: EcdsaSignature,
): Promise<Signature> {
  const low = ecdsa.s > ORDER / 2n ? ORDER - ecdsa.s : ecdsa.s;
  const [r, s] = [numberToHex(ecdsa.r, { size: 32 }), numberToHex(low, { size: 32 })];
  for (const yParity of [0, 1]) {
    const signature = { r, s, yParity, v: yParity === 0 ? 27n : 28n };
    // An r that is no point's x recovers to nobody.
    const signedBy = await recoverAddress({ hash: digest, signature }).catch(() => undefined);
    if (signedBy === sender) return signature;
  }
  throw new KeySwapped(key.id, sender);
}

function decoded<T>(key: KmsKey, what: "public key" | "signature", decode: (der: Uint8Array) => T, der: Uint8Array): T {
  try {
    return decode(der);
  } catch (error) {
    throw error instanceof MalformedDer ? new KmsAnswerMalformed(key.id, what, error) : error;
  }
}
