import { expect } from "chai";
import { generateKeyPairSync } from "node:crypto";
import type { TransactionSerializable, TransactionSerialized } from "viem";
import { parseTransaction, recoverTransactionAddress } from "viem";
import { ORDER } from "../../../lambdas/core/signing/der.ts";
import {
  KeySwapped,
  KmsAnswerMalformed,
  KmsUnavailable,
  SigningFailed,
} from "../../../lambdas/core/signing/kms-errors.ts";
import { kmsSigner } from "../../../lambdas/core/signing/kms-signer.ts";
import { saying } from "../../../lambdas/core/log.ts";
import { sign } from "../../../lambdas/core/submitting/transaction.ts";
import { RealKey } from "./real-key.ts";

const legacy = { type: "legacy", chainId: 1337, nonce: 7, gas: 21_000n, gasPrice: 0n, data: "0x0102" } as const;
const to = "0x00000000000000000000000000000000000000aa";

describe("The account of a key in KMS", function () {
  this.timeout(60_000);

  it("signs as its address, with a low s, whatever KMS answers", async () => {
    const key = new RealKey();
    const signer = kmsSigner(key.address, key);
    const parities = new Set<number>();
    for (let nonce = 0; nonce < 300; nonce++) parities.add(await expectSigned(signer, { ...legacy, nonce, to }));
    const high = key.given.filter(({ s }) => s > ORDER / 2n).length;
    expect(high).to.be.within(80, 220);
    expect([...parities].sort()).to.deep.equal([0, 1]);
  });

  it("signs with many keys", async () => {
    for (let count = 0; count < 50; count++) {
      const key = new RealKey();
      await expectSigned(kmsSigner(key.address.toLowerCase(), key), legacy);
    }
  });

  it("signs with numbers that begin with zeros", async () => {
    const key = new RealKey();
    const signer = kmsSigner(key.address, key);
    for (const wanted of [shortR, shortS, shortLowS]) {
      key.wanted = wanted;
      await expectSigned(signer, legacy);
    }
  });

  it("signs transactions of every form that has no blobs", async () => {
    const key = new RealKey();
    const signer = kmsSigner(key.address, key);
    const { type: _, gasPrice, ...rest } = legacy;
    await expectSigned(signer, { ...rest, to, type: "eip2930", gasPrice, accessList: [] });
    await expectSigned(signer, { ...rest, to, type: "eip1559", maxFeePerGas: 0n, maxPriorityFeePerGas: 0n });
    await expectSigned(signer, { ...legacy, chainId: 0xffff_ffff });
    const { hash, bytes } = await sign(signer, { chainId: 1337, nonce: 0, data: "0x60", gas: 53_000 });
    expect([hash.length, bytes.length > 70]).to.deep.equal([66, true]);
  });

  it("asks KMS once for a transaction, and once for the public key, however many sign at once", async () => {
    const key = new RealKey();
    const signer = kmsSigner(key.address, key);
    expect(key.asked).to.deep.equal([]);
    await Promise.all([0, 1, 2].map((nonce) => signer.signTransaction({ ...legacy, nonce })));
    await signer.signTransaction(legacy);
    expect(key.asked).to.deep.equal(["publicKey", "sign", "sign", "sign", "sign"]);
  });

  it("signs nothing with a key that was swapped before the first signature, until it is right again", async () => {
    const [key, other] = [new RealKey(), new RealKey()];
    const signer = kmsSigner(key.address, {
      ...answering(key),
      publicKey: () => at.publicKey(),
      sign: (d) => at.sign(d),
    });
    let at = other;
    for (let turn = 0; turn < 2; turn++) {
      const error = await failure(signer.signTransaction(legacy), KeySwapped, false);
      expect(error.message).to.contain(key.id).and.contain(key.address).and.contain(other.address);
    }
    expect(other.asked).to.deep.equal(["publicKey", "publicKey"]);
    at = key;
    await expectSigned(signer, legacy);
  });

  it("lets out nothing that a key signed which was swapped later", async () => {
    const [key, other] = [new RealKey(), new RealKey()];
    const signer = kmsSigner(key.address, { ...answering(key), sign: (digest) => at.sign(digest) });
    let at = key;
    await expectSigned(signer, legacy);
    at = other;
    for (let nonce = 0; nonce < 50; nonce++) {
      const error = await failure(signer.signTransaction({ ...legacy, nonce }), KeySwapped, false);
      expect(error.message).to.contain(key.id).and.contain(key.address);
    }
    at = key;
    await expectSigned(signer, legacy);
  });

  it("lets out nothing for a signature over something else", async () => {
    const key = new RealKey();
    const signer = kmsSigner(key.address, { ...answering(key), sign: (digest) => key.sign(digest.toReversed()) });
    await failure(signer.signTransaction(legacy), KeySwapped, false);
  });

  it("lets out nothing for a signature with a byte changed, missing or added", async () => {
    const key = new RealKey();
    let change = (der: Uint8Array) => der;
    const signer = kmsSigner(key.address, {
      ...answering(key),
      sign: async (digest) => change(await key.sign(digest)),
    });
    await expectSigned(signer, legacy);
    for (let at = 0; at < 70; at++) {
      for (const flip of [1, 16, 128, 255]) {
        change = (der) => der.map((byte, index) => (index === at ? byte ^ flip : byte));
        await failure(signer.signTransaction(legacy), SigningFailed, false);
      }
      change = (der) => der.subarray(0, at);
      await failure(signer.signTransaction(legacy), KmsAnswerMalformed, false);
      change = (der) => Buffer.from([...der, at]);
      await failure(signer.signTransaction(legacy), KmsAnswerMalformed, false);
    }
  });

  it("signs nothing with a key on another curve", async () => {
    const key = new RealKey();
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const spki = publicKey.export({ type: "spki", format: "der" });
    const signer = kmsSigner(key.address, { ...answering(key), publicKey: async () => spki });
    const error = await failure(signer.signTransaction(legacy), KmsAnswerMalformed, false);
    expect(saying(error)).to.contain(key.id).and.contain("the key is not an uncompressed one on secp256k1");
    expect(key.asked).to.deep.equal([]);
  });

  it("goes on after KMS did not answer, for the public key or a signature", async () => {
    const key = new RealKey();
    let failures = 2;
    const passing = <T>(answer: () => Promise<T>) =>
      failures-- > 0 ? Promise.reject(new KmsUnavailable(key.id, new Error("Rate exceeded"))) : answer();
    const signer = kmsSigner(key.address, {
      id: key.id,
      publicKey: () => passing(() => key.publicKey()),
      sign: (digest) => passing(() => key.sign(digest)),
    });
    for (const asked of [["publicKey", "sign"], ["sign"]]) {
      failures = 2;
      key.asked.length = 0;
      await failure(signer.signTransaction(legacy), KmsUnavailable, true);
      await failure(signer.signTransaction(legacy), KmsUnavailable, true);
      await expectSigned(signer, legacy);
      expect(key.asked).to.deep.equal(asked);
    }
  });

  it("passes on what is nobody's refusal", async () => {
    const key = new RealKey();
    const bug = new TypeError("a bug");
    const signer = kmsSigner(key.address, { ...answering(key), sign: () => Promise.reject(bug) });
    expect(await signer.signTransaction(legacy).catch((error) => error)).to.equal(bug);
  });

  it("refuses what is no address", () => {
    expect(() => kmsSigner("alias/hotel", new RealKey())).to.throw("is invalid");
  });
});

const shortR = ({ r }: { r: bigint }) => r < 2n ** 248n;
const shortS = ({ s }: { s: bigint }) => s < 2n ** 248n;
/** A high s whose low one begins with zeros. */
const shortLowS = ({ s }: { s: bigint }) => ORDER - s < 2n ** 248n;

/** The key as an object that can be spread. */
function answering(key: RealKey) {
  return { id: key.id, publicKey: () => key.publicKey(), sign: (digest: Uint8Array) => key.sign(digest) };
}

/** Signs, and reads the bytes as anybody would; answers the parity. */
async function expectSigned(
  signer: ReturnType<typeof kmsSigner>,
  transaction: TransactionSerializable,
): Promise<number> {
  const serialized = (await signer.signTransaction(transaction)) as TransactionSerialized;
  expect(await recoverTransactionAddress({ serializedTransaction: serialized })).to.equal(signer.address);
  const { r, s, yParity, v, ...parsed } = parseTransaction(serialized) as any;
  expect(BigInt(s) > 0n && BigInt(s) <= ORDER / 2n, "s is low").to.equal(true);
  expect(BigInt(r) > 0n && BigInt(r) < ORDER).to.equal(true);
  const { type, chainId, nonce, gas, data } = transaction as any;
  expect(parsed).to.include({ type, chainId, gas, data });
  expect(parsed.nonce ?? 0).to.equal(nonce);
  return yParity ?? Number(v % 2n === 0n);
}

/** What the lane would be told: an error of this kind that says what to do, and no bytes of a signature. */
async function failure(signing: Promise<string>, kind: Function, retryable: boolean): Promise<SigningFailed> {
  const error = await signing.then(
    (signed) => expect.fail(`it signed: ${signed}`),
    (error: unknown) => error as SigningFailed,
  );
  expect(error).to.be.instanceOf(kind);
  expect(error.retryable).to.equal(retryable);
  expect(error.message).to.contain(retryable ? "a retry helps" : "a retry alone does not help");
  const withoutNames = saying(error).replaceAll(/arn:\S+|0x[0-9a-fA-F]{40}\b/g, "");
  expect(withoutNames).not.to.match(/[0-9a-fA-F]{16}|(\d+,){8}/);
  return error;
}
