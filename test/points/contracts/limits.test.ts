import { expect } from "chai";
import { type Hex } from "viem";
import { earn, redeem } from "../../../scripts/points/sandbox.ts";
import { accountWord } from "../account-word.ts";
import { type Book, openBook } from "./book.ts";
import { reversalOf } from "./originals.ts";
import { errorOf } from "./spelled.ts";
import { growOld } from "./storage.ts";

const FULL = 2 ** 28 - 1;
const DAY = 86_400;

describe("Limits", () => {
  describe("of an account", () => {
    let book: Book;
    let member: Hex;

    before(async () => (book = await openBook({ periodSeconds: 1000 })));
    beforeEach(async () => (member = await book.member()));

    it("are 2^28 - 1 points a period, neither more nor less", async () => {
      await book.apply("hotel", [earn(member, FULL)], book.periodStart(1 + (await book.period())));
      const full = errorOf("PointsLedgerAccountFull", member);
      expect(await book.rejectionOf("hotel", earn(member, 1))).to.equal(full);
      expect(await book.rejectionOf("park", earn(member, 2 ** 32 - 1))).to.equal(full);

      const period = 1 + (await book.period());
      await book.apply("hotel", [earn(member, FULL)], book.periodStart(period));
      expect(await book.read("accounts", [[member]])).to.deep.equal([accountWord([FULL, FULL], period)]);
    });

    it("hold eight full periods, which can be spent at once", async () => {
      for (let age = 0; age < 8; age++) {
        await book.apply("hotel", [earn(member, FULL)], book.periodStart(1 + (await book.period())));
      }
      expect(await book.balances([member])).to.deep.equal([8n * BigInt(FULL)]);
      await book.apply("park", [redeem(member, 8 * FULL)]);
      expect(await book.balances([member])).to.deep.equal([0n]);
    });

    it("reject points given back that do not fit", async () => {
      await book.apply("hotel", [earn(member, FULL)], book.periodStart(1 + (await book.period())));
      const redeemed = (await book.apply("hotel", [redeem(member, 2)])).originals[0]!;
      await book.apply("hotel", [earn(member, 1)]);
      const full = errorOf("PointsLedgerAccountFull", member);
      expect(await book.rejectionOf("hotel", reversalOf(redeemed))).to.equal(full);
      expect(await book.read("reversed", [redeemed.leaf])).to.equal(0n);
      await book.apply("hotel", [reversalOf(redeemed, 1)]);
      expect(await book.read("reversed", [redeemed.leaf])).to.equal(1n);
    });
  });

  describe("of the counters", () => {
    let book: Book;
    let member: Hex;
    const full = () => errorOf("PointsLedgerPositionFull", book.organisationId("hotel"));

    before(async () => {
      book = await openBook();
      member = await book.member();
      await book.apply("hotel", [earn(member, 1000), redeem(member, 1000), earn(member, 500)]);
      await growOld(book, "hotel", 2n ** 64n - 1n - 1600n);
    });

    it("are 2^64 - 1 points issued", async () => {
      expect(await book.rejectionOf("hotel", earn(member, 101))).to.equal(full());
      await book.apply("hotel", [earn(member, 100)]);
      expect((await book.read("pool")).issued).to.equal(2n ** 64n - 1n);
      expect(await book.rejectionOf("hotel", earn(member, 1))).to.equal(full());
    });

    it("are 2^64 - 1 points redeemed", async () => {
      const { originals } = await book.apply("hotel", [redeem(member, 600)]);
      expect((await book.read("pool")).redeemed).to.equal(2n ** 64n - 1n);
      await book.apply("hotel", [reversalOf(originals[0]!)]);
      expect(await book.rejectionOf("hotel", redeem(member, 1))).to.equal(full());
    });

    it("are the book's, so that another merchant meets them too", async () => {
      const reason = errorOf("PointsLedgerPositionFull", book.organisationId("park"));
      expect(await book.rejectionOf("park", earn(member, 1))).to.equal(reason);
    });

    it("leave the reserve exact", async () => {
      const pool: Record<string, bigint> = await book.read("pool");
      const [outstanding, accepted] = [pool["issued"]! - pool["clawedBack"]!, pool["redeemed"]! - pool["givenBack"]!];
      expect(pool["reserve"]).to.equal(900n * outstanding - 800n * accepted);
    });
  });

  describe("of a day", () => {
    let book: Book;
    let member: Hex;
    let midnight: number;

    before(async () => {
      book = await openBook({ dailyIssueCap: 1000n });
      member = await book.member();
      midnight = (Math.floor((book.start + 8 * 3600) / DAY) + 2) * DAY - 8 * 3600;
    });

    it("are the cap, counted over all batches from midnight to midnight of UTC+8", async () => {
      await book.apply("hotel", [earn(member, 400)], midnight);
      await book.apply("hotel", [earn(member, 300), earn(member, 299)], midnight + DAY / 2);
      const reason = errorOf("PointsLedgerDailyCapExceeded", 1000, 999, 2);
      expect(await book.rejectionOf("hotel", earn(member, 2), midnight + DAY - 2)).to.equal(reason);
      await book.apply("hotel", [earn(member, 1)], midnight + DAY - 1);
      await book.apply("hotel", [earn(member, 1000)], midnight + DAY);
      const again = errorOf("PointsLedgerDailyCapExceeded", 1000, 1000, 1);
      expect(await book.rejectionOf("hotel", earn(member, 1))).to.equal(again);
    });

    it("are each merchant's own", async () => {
      await book.apply("park", [earn(member, 1000)]);
      const position = await book.read("position", [book.organisationId("park")]);
      expect(position).to.deep.include({ day: Math.floor((midnight + DAY + 8 * 3600) / DAY), issuedToday: 1000n });
    });

    it("count within a batch, where what was rejected does not count", async () => {
      const entries = [earn(member, 600), earn(member, 401), earn(member, 400), earn(member, 1)];
      const events = await book.post("hotel", entries, midnight + 2 * DAY);
      expect(events.map(({ eventName }) => eventName).slice(0, 4)).to.deep.equal([
        "PointsEarned",
        "OperationRejected",
        "PointsEarned",
        "OperationRejected",
      ]);
    });

    it("are neither freed nor used by reversals", async () => {
      const day = midnight + 3 * DAY;
      const { originals } = await book.apply("hotel", [earn(member, 900), redeem(member, 800)], day);
      await book.apply(
        "hotel",
        originals.map((original) => reversalOf(original)),
      );
      const reason = errorOf("PointsLedgerDailyCapExceeded", 1000, 900, 101);
      expect(await book.rejectionOf("hotel", earn(member, 101))).to.equal(reason);
      await book.apply("hotel", [earn(member, 100)]);
    });

    it("are not freed within a batch either", async () => {
      const [original] = (await book.apply("hotel", [earn(member, 900)], midnight + 4 * DAY)).originals;
      const events = await book.post("hotel", [reversalOf(original!), earn(member, 100), earn(member, 1)]);
      const reason = errorOf("PointsLedgerDailyCapExceeded", 1000, 1000, 1);
      expect(events.map(({ args }) => args["reason"]).slice(0, 3)).to.deep.equal([undefined, undefined, reason]);
    });

    it("let nobody issue where the cap is nothing", async () => {
      const closed = await openBook({ dailyIssueCap: 0n });
      const guest = await closed.member();
      const reason = errorOf("PointsLedgerDailyCapExceeded", 0, 0, 1);
      expect(await closed.rejectionOf("hotel", earn(guest, 1))).to.equal(reason);
    });
  });
});
