import { expect } from "chai";
import fc from "fast-check";
import { generateKeyPairSync, sign, verify } from "node:crypto";
import { numberToBytes } from "viem/utils";
import { decodeSignature, MalformedDer, ORDER } from "../../../lambdas/core/signing/der.ts";
import { bytes, element, encodeSignature, integer, refuses } from "./der.ts";

describe("DER of a signature", function () {
  this.timeout(60_000);

  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  const signed = (message: number) => sign("sha256", Buffer.from(`${message}`), privateKey);

  /** What makes it strict: whatever is read is read from its only encoding. */
  const isStrict = (der: Uint8Array) =>
    refuses(decodeSignature, der) || Buffer.compare(encodeSignature(decodeSignature(der)), der) === 0;
  const expectStrict = (ders: Uint8Array[]) => expect(ders.find((der) => !isStrict(der))).to.equal(undefined);
  const expectRefused = (ders: Uint8Array[]) =>
    expect(ders.find((der) => !refuses(decodeSignature, der))).to.equal(undefined);

  it("is read as OpenSSL writes it, high s and low", () => {
    let high = 0;
    for (let message = 0; message < 500; message++) {
      const { r, s } = decodeSignature(signed(message));
      const plain = Buffer.concat([numberToBytes(r, { size: 32 }), numberToBytes(s, { size: 32 })]);
      const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
      expect(verify("sha256", Buffer.from(`${message}`), key, plain), `${message}`).to.equal(true);
      if (s > ORDER / 2n) high++;
    }
    expect(high).to.be.within(150, 350);
  });

  it("is read at the bounds of its numbers", () => {
    for (const r of [1n, 127n, 128n, 255n, 256n, ORDER / 2n, ORDER - 1n]) {
      for (const s of [1n, 128n, ORDER / 2n, ORDER / 2n + 1n, ORDER - 1n]) {
        expect(decodeSignature(encodeSignature({ r, s }))).to.deep.equal({ r, s });
      }
    }
  });

  const malformed: Record<string, Uint8Array> = {
    nothing: bytes(""),
    "a tag alone": bytes("30"),
    "an empty sequence": bytes("3000"),
    "r alone": bytes("3003 020101"),
    "three numbers": bytes("3009 020101 020101 020101"),
    "null behind the numbers": bytes("3008 020101 020101 0500"),
    "null for s": bytes("3005 020101 0500"),
    "a set": bytes("3106 020101 020101"),
    "a sequence that is not constructed": bytes("1006 020101 020101"),
    "a sequence in a sequence": bytes("3008 3006 020101 020101"),
    "a bit string for r": bytes("3006 030101 020101"),
    "a context tag for s": bytes("3006 020101 820101"),
    "the long form of the outer length": bytes("308106 020101 020101"),
    "the long form with a zero": bytes("30820006 020101 020101"),
    "a length of four bytes": bytes("3084 00000006 020101 020101"),
    "a length of nine bytes": bytes("3089 010000000000000006 020101 020101"),
    "the long form of r's length": bytes("3007 02810101 020101"),
    "the long form of s's length": bytes("3007 020101 02810101"),
    "an indefinite length": bytes("3080 020101 020101 0000"),
    "an indefinite length of r": bytes("3008 0280 01 0000 020101"),
    "the reserved length": bytes("30ff 020101 020101"),
    "an outer length too large": bytes("3007 020101 020101"),
    "an outer length too small": bytes("3005 020101 020101"),
    "a length of r that takes in s": bytes("3006 020401 020101"),
    "a length of s beyond the end": bytes("3006 020101 020201"),
    "r without content": bytes("3005 0200 020101"),
    "s without content": bytes("3005 020101 0200"),
    "a zero in front of r": bytes("3007 02020001 020101"),
    "a zero in front of s": bytes("3007 020101 0202007f"),
    "two zeros in front of r": bytes("3008 0203000080 020101"),
    "a negative r": bytes("3006 0201ff 020101"),
    "a negative s": bytes("3006 020101 020180"),
    "a negative r in two bytes": bytes("3007 0202ff01 020101"),
    "r = 0": bytes("3006 020100 020101"),
    "s = 0": bytes("3006 020101 020100"),
    "r = n": encodeSignature({ r: ORDER, s: 1n }),
    "s = n": encodeSignature({ r: 1n, s: ORDER }),
    "r = n + 1": encodeSignature({ r: ORDER + 1n, s: 1n }),
    "s = 2^256 - 1": encodeSignature({ r: 1n, s: 2n ** 256n - 1n }),
    "r = 1 + 2^256": encodeSignature({ r: 1n + 2n ** 256n, s: 1n }),
    "s of 61 bytes": encodeSignature({ r: 1n, s: 2n ** 480n }),
    "n's missing zero": element(0x30, element(0x02, numberToBytes(ORDER - 1n)), integer(1n)),
    "a byte behind": bytes("3006 020101 020101 00"),
    "an end of contents behind": bytes("3006 020101 020101 0000"),
    "the signature twice": bytes("3006 020101 020101 3006 020101 020101"),
    "64 plain bytes": Buffer.alloc(64, 1),
    text: Buffer.from("MAYCAQECAQE="),
  };
  for (const [what, der] of Object.entries(malformed)) {
    it(`is refused: ${what}`, () => expect(() => decodeSignature(der)).to.throw(MalformedDer));
  }

  const der = signed(0);
  const places = [...der.keys()];
  const values = [...Array(256).keys()];
  const put = (value: number, at: number, instead: number) =>
    Buffer.from([...der.subarray(0, at), value, ...der.subarray(at + instead)]);

  it("is refused, or is another signature's only encoding, with any byte changed, missing or put in between", () => {
    expectStrict(places.flatMap((at) => values.map((value) => put(value, at, 1))));
    expectStrict(places.flatMap((at) => values.map((value) => put(value, at, 0))));
    expectStrict(places.map((at) => Buffer.concat([der.subarray(0, at), der.subarray(at + 1)])));
  });

  it("is refused with its beginning or its end missing, and with any byte in front or behind", () => {
    expectRefused(places.map((at) => der.subarray(0, at)));
    expectRefused(places.map((at) => der.subarray(at + 1)));
    expectRefused(values.map((value) => put(value, 0, 0)));
    expectRefused(values.map((value) => put(value, der.length, 0)));
  });

  it("is strict over anything that looks like it", () => {
    const tag = fc.constantFrom(0x30, 0x02, 0x02, 0x02, 0x03, 0x80);
    const length = fc.constantFrom(0, 1, 2, 3, 6, 7, 8, 0x20, 0x21, 0x80, 0x81);
    const some = fc.array(fc.oneof(tag, length, fc.nat(255)), { maxLength: 12 });
    const numbers = fc.tuple(fc.uint8Array({ maxLength: 4 }), fc.uint8Array({ maxLength: 34 }));
    fc.assert(
      fc.property(some, (some) => isStrict(Buffer.from(some))),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(numbers, ([r, s]) => isStrict(element(0x30, element(0x02, r), element(0x02, s)))),
      { numRuns: 5000 },
    );
  });
});
