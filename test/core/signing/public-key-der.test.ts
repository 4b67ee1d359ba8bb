import { expect } from "chai";
import { createECDH, generateKeyPairSync } from "node:crypto";
import { bytesToHex, numberToBytes } from "viem/utils";
import { decodePublicKey, MalformedDer } from "../../../lambdas/core/signing/der.ts";
import { bytes, element, refuses } from "./der.ts";
import { RealKey } from "./real-key.ts";

describe("DER of a public key", function () {
  this.timeout(60_000);

  const { spki } = new RealKey();
  const header = spki.subarray(0, 23);
  const [x, y] = [spki.subarray(24, 56), spki.subarray(56)];
  const of = (...point: (number | Uint8Array)[]) =>
    Buffer.concat([header, ...point.map((part) => (typeof part === "number" ? Buffer.from([part]) : part))]);

  it("is read as OpenSSL writes it", () => {
    for (let count = 0; count < 50; count++) {
      const key = new RealKey();
      expect(decodePublicKey(key.spki)).to.equal(bytesToHex(key.spki.subarray(23)));
    }
  });

  const openssl = (...args: unknown[]) =>
    (generateKeyPairSync as any)(...args).publicKey.export({ type: "spki", format: "der" }) as Buffer;
  const compressed = Buffer.from(createECDH("secp256k1").generateKeys("hex", "compressed"), "hex");
  const spelled = (algorithm: Uint8Array[], point: Uint8Array) =>
    element(0x30, element(0x30, ...algorithm), element(0x03, Buffer.from([0]), point));
  const [ecPublicKey, secp256k1] = [bytes("06072a8648ce3d0201"), bytes("06052b8104000a")];
  const point = spki.subarray(23);

  it("is what the tests below spell", () => {
    expect(decodePublicKey(spelled([ecPublicKey, secp256k1], point))).to.equal(bytesToHex(point));
  });

  const malformed: Record<string, Uint8Array> = {
    nothing: bytes(""),
    "P-256": openssl("ec", { namedCurve: "prime256v1" }),
    "P-384": openssl("ec", { namedCurve: "secp384r1" }),
    brainpoolP256r1: openssl("ec", { namedCurve: "brainpoolP256r1" }),
    "P-256's name over a point of secp256k1": spelled([ecPublicKey, bytes("06082a8648ce3d030107")], point),
    "a curve spelled out": openssl("ec", { namedCurve: "secp256k1", paramEncoding: "explicit" }),
    "no curve": spelled([ecPublicKey], point),
    "a null for the curve": spelled([ecPublicKey, bytes("0500")], point),
    "a null behind the curve": spelled([ecPublicKey, secp256k1, bytes("0500")], point),
    "the algorithm of a Diffie-Hellman key": spelled([bytes("06052b8104010c"), secp256k1], point),
    Ed25519: openssl("ed25519"),
    RSA: openssl("rsa", { modulusLength: 1024 }),
    "a compressed point": spelled([ecPublicKey, secp256k1], compressed),
    "a point that is compressed and not": of(6 + (y[31]! & 1), x, y),
    "a mark of compression over a whole point": of(2 + (y[31]! & 1), x, y),
    "the point at infinity": spelled([ecPublicKey, secp256k1], bytes("00")),
    "zero for both coordinates": of(4, Buffer.alloc(64)),
    "swapped coordinates": of(4, y, x),
    "a coordinate beyond the field": of(4, Buffer.alloc(32, 0xff), y),
    // 1 has a point, and so 1 + p fits into 32 bytes and has one as well, for who does not look.
    "a coordinate that the field would reduce": of(
      4,
      numberToBytes(2n ** 256n - 2n ** 32n - 977n + 1n),
      bytes("4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee"),
    ),
    "a zero between the coordinates": of(4, x, 0, y),
    "the point alone": point,
    "a byte behind": of(4, x, y, 0),
  };
  for (const [what, der] of Object.entries(malformed)) {
    it(`is refused: ${what}`, () => expect(() => decodePublicKey(der)).to.throw(MalformedDer));
  }

  it("is refused with any byte changed or missing", () => {
    const changed = [...spki.keys()].flatMap((at) => {
      const others = Array.from({ length: 255 }, (_, other) =>
        spki.map((byte, i) => (i === at ? byte ^ (other + 1) : byte)),
      );
      return [Buffer.concat([spki.subarray(0, at), spki.subarray(at + 1)]), ...others];
    });
    expect(changed).to.have.length(88 * 256);
    expect(changed.find((der) => !refuses(decodePublicKey, der))).to.equal(undefined);
  });
});
