import { expect } from "chai";
import { stringToHex } from "viem";
import { type Programme, programme as sample } from "../../../scripts/points/sandbox.ts";
import { type Book, openBook } from "./book.ts";

describe("A programme", () => {
  let book: Book;
  before(async () => (book = await openBook({ periods: 5 })));

  const deploy = (part: Partial<Programme>) =>
    book.deploy("PointsLedger", [book.authority.address, book.organisations.address, { ...sample, ...part }]);

  it("is kept as it was given, and counts its periods from its block", async () => {
    expect(await book.read("programme")).to.deep.equal({ ...sample, periods: 5 });
    expect((await book.read("organisations")).toLowerCase()).to.equal(book.organisations.address);
    const before = await book.now();
    const ledger = await deploy({});
    const start = Number(await book.client.readContract({ ...ledger, functionName: "start" }));
    expect(start).to.equal(await book.now());
    expect(start).to.be.greaterThan(before);
  });

  const impossible: Record<string, Partial<Programme>> = {
    "a currency in small letters": { currency: stringToHex("cny") },
    "a currency of two letters": { currency: stringToHex("CN", { size: 3 }) },
    "a currency with a letter beyond Z": { currency: stringToHex("CN[") },
    "a currency with a letter before A": { currency: stringToHex("@NY") },
    "a point that is accepted for more than it is issued for": { issuePrice: 799 },
    "periods without length": { periodSeconds: 0 },
    "points that live for three periods": { periods: 3 },
    "points that live for nine periods": { periods: 9 },
  };
  for (const [name, part] of Object.entries(impossible)) {
    it(`is refused with ${name}`, async () => {
      let message = "";
      await deploy(part).catch((error: Error) => (message = error.message));
      expect(message).to.contain("PointsLedgerProgrammeInvalid");
    });
  }

  it("may have prices that are equal, or nothing, and the shortest and longest life", async () => {
    await deploy({ issuePrice: 800 });
    await deploy({ issuePrice: 0, redeemPrice: 0 });
    await deploy({ issuePrice: 2 ** 32 - 1, redeemPrice: 2 ** 32 - 1, periodSeconds: 2 ** 32 - 1, periods: 4 });
    await deploy({ periods: 8, periodSeconds: 1, dailyIssueCap: 2n ** 64n - 1n, currency: stringToHex("AZZ") });
  });
});
