import { createECDH, generateKeyPairSync, randomBytes } from "node:crypto";
import { bytesToBigInt } from "viem/utils";
import { privateKeyToAccount } from "viem/accounts";
import type { EcdsaSignature } from "../../../lambdas/core/signing/der.ts";
import { ORDER } from "../../../lambdas/core/signing/der.ts";
import type { KmsKey } from "../../../lambdas/core/signing/kms-signer.ts";
import { encodeSignature } from "./der.ts";

/**
 * What KMS keeps: a key of OpenSSL that answers as KMS does. Its signatures are computed by the book from OpenSSL's
 * points, since Node signs no digest that it has not made itself; s comes out high as often as low.
 */
export class RealKey implements KmsKey {
  readonly id = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  readonly address: string;
  readonly spki: Uint8Array;
  /** What was asked, in order. */
  readonly asked: string[] = [];
  /** The signatures that it gave. */
  readonly given: EcdsaSignature[] = [];
  /** Signs until a signature is like this. */
  wanted: (signature: EcdsaSignature) => boolean = () => true;
  private readonly secret: bigint;

  constructor() {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
    const secret = Buffer.from(privateKey.export({ format: "jwk" }).d!, "base64url");
    this.secret = bytesToBigInt(secret);
    this.address = privateKeyToAccount(`0x${secret.toString("hex")}`).address;
    this.spki = publicKey.export({ type: "spki", format: "der" });
  }

  async publicKey(): Promise<Uint8Array> {
    this.asked.push("publicKey");
    return this.spki;
  }

  async sign(digest: Uint8Array): Promise<Uint8Array> {
    this.asked.push("sign");
    let signature = this.signOnce(digest);
    while (!this.wanted(signature)) signature = this.signOnce(digest);
    this.given.push(signature);
    return encodeSignature(signature);
  }

  private signOnce(digest: Uint8Array): EcdsaSignature {
    const once = randomBytes(32);
    const curve = createECDH("secp256k1");
    curve.setPrivateKey(once);
    const r = bytesToBigInt(curve.getPublicKey().subarray(1, 33)) % ORDER;
    const s = (inverse(bytesToBigInt(once)) * (bytesToBigInt(digest) + r * this.secret)) % ORDER;
    return { r, s };
  }
}

/** By Euclid. */
function inverse(value: bigint): bigint {
  let [at, next, rest, nextRest] = [0n, 1n, ORDER, value % ORDER];
  while (nextRest > 0n) {
    const times = rest / nextRest;
    [at, next, rest, nextRest] = [next, at - times * next, nextRest, rest - times * nextRest];
  }
  return at < 0n ? at + ORDER : at;
}
