import { expect } from "chai";
import { recoverTransactionAddress } from "viem";
import type { TransactionSerialized } from "viem";
import { saying } from "../../../lambdas/core/log.ts";
import { kms, kmsKey } from "../../../lambdas/core/signing/kms.ts";
import {
  KeySwapped,
  KmsAnswerMalformed,
  KmsRefused,
  KmsUnavailable,
} from "../../../lambdas/core/signing/kms-errors.ts";
import { kmsSigner } from "../../../lambdas/core/signing/kms-signer.ts";
import type { Fault } from "./fake-kms.ts";
import { FakeKms } from "./fake-kms.ts";
import { RealKey } from "./real-key.ts";

const transaction = { type: "legacy", chainId: 1337, nonce: 0, gas: 21_000n, gasPrice: 0n } as const;
const throttling = { status: 400, name: "ThrottlingException", message: "Rate exceeded" };

describe("Keys in KMS, over HTTP", function () {
  this.timeout(60_000);

  let fake: FakeKms;
  let url: string;
  beforeEach(async () => {
    fake = new FakeKms(new RealKey());
    url = await fake.listen();
  });
  afterEach(() => fake.close());

  const signerOf = (endpoint = url) => kmsSigner(fake.key.address, kmsKey(kms(endpoint), fake.key.id));
  const signed = async (signer = signerOf()) => {
    const serializedTransaction = (await signer.signTransaction(transaction)) as TransactionSerialized;
    expect(await recoverTransactionAddress({ serializedTransaction })).to.equal(signer.address);
  };
  const failure = async (kind: Function, signer = signerOf()) => {
    const error = await signer.signTransaction(transaction).then(
      () => expect.fail("it signed"),
      (error: any) => error,
    );
    expect(error, saying(error)).to.be.instanceOf(kind);
    expect(error.message).to.contain(fake.key.id);
    return error;
  };

  it("signs a digest, with one request for a transaction and one for the public key", async () => {
    const signer = signerOf();
    for (let turn = 0; turn < 3; turn++) await signed(signer);
    expect(fake.operations).to.deep.equal(["GetPublicKey", "Sign", "Sign", "Sign"]);
    expect(fake.requests[0]!.input).to.deep.equal({ KeyId: fake.key.id });
    const { Message, ...input } = fake.requests[1]!.input;
    expect(input).to.deep.equal({ KeyId: fake.key.id, MessageType: "DIGEST", SigningAlgorithm: "ECDSA_SHA_256" });
    expect(Buffer.from(Message as string, "base64")).to.have.length(32);
  });

  it("signs after KMS has throttled twice", async () => {
    fake.faults.push(throttling, throttling);
    await signed();
    expect(fake.operations).to.deep.equal(["GetPublicKey", "GetPublicKey", "GetPublicKey", "Sign"]);
  });

  it("says that a retry helps where KMS throttles on, and then signs", async () => {
    const signer = signerOf();
    await signed(signer);
    fake.always = throttling;
    expect(await failure(KmsUnavailable, signer)).to.include({ retryable: true });
    fake.always = undefined;
    await signed(signer);
    expect(fake.operations).to.deep.equal(["GetPublicKey", "Sign", "Sign", "Sign", "Sign", "Sign"]);
  });

  const passing: Record<string, Fault> = {
    "an error inside": { status: 500, name: "KMSInternalException" },
    "a dependency that is late": { status: 500, name: "DependencyTimeoutException" },
    "a key that is out of reach for now": { status: 500, name: "KeyUnavailableException" },
    "a page in front of KMS that says 503": { status: 503 },
    "a page in front of KMS that says 200": { status: 200 },
    "a page in front of KMS that says 429": { status: 429 },
    "too many requests": { status: 429, name: "SomeException" },
    "a broken connection": "broken",
  };
  for (const [what, fault] of Object.entries(passing)) {
    it(`says that a retry helps: ${what}`, async () => {
      const signer = signerOf();
      fake.always = fault;
      const error = await failure(KmsUnavailable, signer);
      expect(error).to.include({ retryable: true });
      expect(saying(error)).not.to.contain("Sorry");
      fake.always = undefined;
      await signed(signer);
    });
  }

  it("says that a retry helps where nobody listens", async () => {
    const nobody = new FakeKms(fake.key);
    const closed = await nobody.listen();
    nobody.close();
    expect(await failure(KmsUnavailable, signerOf(closed))).to.include({ retryable: true });
  });

  it("does not wait for ever for an answer", async () => {
    fake.faults.push("silent");
    await signed();
    expect(fake.operations).to.deep.equal(["GetPublicKey", "GetPublicKey", "Sign"]);
  });

  const refusals: Record<string, string> = {
    AccessDeniedException: "allow this role",
    DisabledException: "enable it",
    KMSInvalidStateException: "cancel its deletion",
    NotFoundException: "no such key",
    InvalidKeyUsageException: "not for signing",
    InvalidArnException: "see the cause",
    UnrecognizedClientException: "see the cause",
  };
  for (const [name, remedy] of Object.entries(refusals)) {
    it(`asks once, and says what to do, after ${name}`, async () => {
      const signer = signerOf();
      fake.faults.push({ status: 400, name, message: "in the words of AWS" });
      const error = await failure(KmsRefused, signer);
      expect(error).to.include({ retryable: false, code: name });
      expect(saying(error)).to.contain(remedy).and.contain("in the words of AWS");
      expect(fake.operations).to.deep.equal(["GetPublicKey"]);
      await signed(signer);
      fake.faults.push({ status: 400, name, message: "in the words of AWS" });
      expect(await failure(KmsRefused, signer)).to.include({ retryable: false, code: name });
    });
  }

  it("signs nothing where an alias leads to another key", async () => {
    const signer = signerOf();
    const key = fake.key;
    const other = new RealKey();
    fake.key = other;
    expect((await failure(KeySwapped, signer)).message).to.contain(other.address);
    expect(fake.operations).to.deep.equal(["GetPublicKey"]);
    fake.key = key;
    await signed(signer);
    fake.key = other;
    await failure(KeySwapped, signer);
  });

  it("does without an answer that holds nothing", async () => {
    fake.key.sign = async () => new Uint8Array();
    await failure(KmsAnswerMalformed);
  });
});
