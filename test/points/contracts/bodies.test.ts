import { expect } from "chai";
import { type Hex, concat } from "viem";
import { earn, entry, freeze, kinds, redeem, roleId, settle, unfreeze } from "../../../scripts/points/sandbox.ts";
import { type Book, openBook } from "./book.ts";
import { errorOf, revertOf } from "./spelled.ts";

const bytes = (length: number): Hex => `0x${"5a".repeat(length)}`;

describe("Kinds, bodies and roles", () => {
  let book: Book;
  let member: Hex;

  before(async () => {
    book = await openBook();
    member = await book.member();
  });

  const wrongLengths = {
    enrol: [1, 16],
    earn: [0, 16, 19, 21],
    redeem: [0, 16, 19, 21],
    reverse: [0, 56, 58, 57 + 31, 57 + 33],
    freeze: [0, 15, 17],
    unfreeze: [0, 15, 17],
    settle: [1, 16],
  } as const;
  for (const [name, lengths] of Object.entries(wrongLengths)) {
    it(`reject a body of ${name} that it cannot read`, async () => {
      const kind = kinds[name as keyof typeof wrongLengths];
      for (const length of lengths) {
        const reason = await book.rejectionOf("both", entry(kind, bytes(length)));
        expect(reason).to.equal(errorOf("OperationBodyMalformed", kind, length));
      }
    });
  }

  it("reject a void entry, whatever its body, and kinds that there are not", async () => {
    expect(await book.rejectionOf("hotel", entry(kinds.void))).to.equal(errorOf("OperationVoid"));
    expect(await book.rejectionOf("hotel", entry(kinds.void, bytes(20)))).to.equal(errorOf("OperationVoid"));
    for (const kind of [8, 9, 128, 255]) {
      expect(await book.rejectionOf("both", entry(kind, bytes(20)))).to.equal(errorOf("OperationKindUnknown", kind));
    }
  });

  it("need the merchant's role for enrol, earn, redeem and reverse", async () => {
    const reason = errorOf("OperationRoleMissing", book.organisationId("operator"), roleId("points:merchant"));
    for (const operation of [entry(kinds.enrol), earn(member, 1), redeem(member, 1), entry(kinds.reverse, bytes(57))]) {
      expect(await book.rejectionOf("operator", operation)).to.equal(reason);
    }
  });

  it("need the operator's role for freeze, unfreeze and settle", async () => {
    const reason = errorOf("OperationRoleMissing", book.organisationId("hotel"), roleId("points:operator"));
    for (const operation of [freeze(member), unfreeze(member), settle()]) {
      expect(await book.rejectionOf("hotel", operation)).to.equal(reason);
    }
  });

  it("need no more than the role: an organisation with both may do all", async () => {
    await book.apply("both", [earn(member, 1), freeze(member), unfreeze(member), redeem(member, 1), settle()]);
  });

  it("ask for the role before the body", async () => {
    const reason = errorOf("OperationRoleMissing", book.organisationId("hotel"), roleId("points:operator"));
    expect(await book.rejectionOf("hotel", entry(kinds.settle, bytes(1)))).to.equal(reason);
  });

  it("revert the batch of a key that may submit and speaks for nobody, and of one that was revoked", async () => {
    const { administrator: stranger, signerOf, ledger, client, authority, organisations } = book;
    const submit = (account: Hex) =>
      client.simulateContract({ account, ...ledger, functionName: "submit", args: ["0x"] });
    expect(await revertOf(submit(stranger))).to.equal(errorOf("AccessManagedUnauthorized", stranger));

    await book.send(authority, stranger, "grantRole", [roleId("core:signer"), stranger, 0]);
    expect(await revertOf(submit(stranger))).to.equal(errorOf("OperationEnvelopeSignerUnknown", stranger));

    const revoked = signerOf["park"]!;
    await book.send(organisations, stranger, "revokeSigner", [revoked]);
    expect(await revertOf(submit(revoked))).to.equal(errorOf("OperationEnvelopeSignerUnknown", revoked));
  });

  it("revert the batch whose framing does not add up, and nothing in it was done", async () => {
    const [before, whole] = [await book.everything(), earn(member, 1)];
    const head: Hex = concat(["0x02", whole.operation, "0x0015"]);
    const good: Hex = concat(["0x02", whole.operation, "0x0014", whole.body]);
    const account = book.signerOf["hotel"]!;
    const send = (batch: Hex) =>
      book.client.simulateContract({ account, ...book.ledger, functionName: "submit", args: [batch] });
    const malformed = (offset: number) => errorOf("OperationEnvelopeMalformed", offset);
    expect(await revertOf(send(concat([head, whole.body])))).to.equal(malformed(0));
    expect(await revertOf(send(concat([good, "0x02"])))).to.equal(malformed(39));
    await book.send(book.organisations, book.administrator, "admit", [book.organisationId("museum"), "Museum"]);
    expect(await book.everything()).to.equal(before);
  });
});
