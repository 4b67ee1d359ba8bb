import { expect } from "chai";
import { type Hex } from "viem";
import { earn, redeem } from "../../../scripts/points/sandbox.ts";
import { accountWord } from "../account-word.ts";
import { type Book, openBook } from "./book.ts";
import { errorOf } from "./spelled.ts";

const names = (events: { eventName: string }[]) => events.map(({ eventName }) => eventName);

describe("Expiry", () => {
  for (const periods of [4, 5, 6, 7, 8]) {
    describe(`of points that live for ${periods} periods`, () => {
      let book: Book;
      let member: Hex;

      before(async () => {
        book = await openBook({ periods, periodSeconds: 1000 });
        member = await book.member();
      });

      it("comes at the second at which their last period ends, and not before", async () => {
        await book.apply("hotel", [earn(member, 10)], book.periodStart(1));
        await book.apply("hotel", [earn(member, 20)], book.periodStart(2) - 1);
        const last = book.periodStart(1 + periods) - 2;
        await book.apply("hotel", [redeem(member, 1)], last);
        expect(await book.balances([member])).to.deep.equal([29n]);
        await book.apply("hotel", [redeem(member, 1)], last + 1);

        const reason = errorOf("PointsLedgerInsufficientPoints", member, 0, 1);
        expect(await book.rejectionOf("hotel", redeem(member, 1), last + 2)).to.equal(reason);
        expect(await book.balances([member])).to.deep.equal([0n]);
        expect((await book.read("pool")).dropped).to.equal(0n);
      });

      it("is announced right before the posting that drops them, with how many they were", async () => {
        const period = 1 + periods;
        const { events } = await book.apply("hotel", [earn(member, 5)], book.periodStart(period) + 10);
        expect(names(events).slice(0, 2)).to.deep.equal(["PointsExpired", "PointsEarned"]);
        expect(events[0]!.args).to.deep.equal({ member, points: 28n });
        expect(events[1]!.args["account"]).to.equal(accountWord([5], period));
        expect((await book.read("pool")).dropped).to.equal(28n);
      });

      it("takes each period's points on their own day, and spends the oldest first", async () => {
        const first = 2 + periods;
        for (let age = 0; age < periods; age++) {
          await book.apply("hotel", [earn(member, 10 ** age)], book.periodStart(first + age));
        }
        const now = first + periods - 1;
        const all = Array.from({ length: periods }, (_, age) => 10 ** (periods - 1 - age));
        expect(await book.read("accounts", [[member]])).to.deep.equal([accountWord(all, now)]);

        const { events } = await book.apply("hotel", [redeem(member, 1 + 10 + 60)]);
        const left = all.map((points) => (points <= 10 ? 0 : points === 100 ? 40 : points));
        expect(events[0]!.args["account"]).to.equal(accountWord(left, now));

        for (let age = 3; age < periods; age++) {
          await book.apply("hotel", [earn(member, 1)], book.periodStart(first + age + periods) - 1);
          const balance = (await book.balances([member]))[0]!;
          await book.post("hotel", [], book.periodStart(first + age + periods));
          expect(balance - (await book.balances([member]))[0]!, `age ${age}`).to.equal(BigInt(10 ** age));
        }
      });

      it("leaves nothing of a member who comes back after ages", async () => {
        const fresh = await book.member();
        await book.apply("hotel", [earn(fresh, 77)]);
        const later = (await book.period()) + 1000;
        const { events } = await book.apply("hotel", [earn(fresh, 1)], book.periodStart(later));
        expect(events[0]!.args).to.deep.equal({ member: fresh, points: 77n });
        expect(events[1]!.args["account"]).to.equal(accountWord([1], later));
      });
    });
  }

  it("says nothing where a rejected posting would have dropped points: they stay until one is applied", async () => {
    const book = await openBook({ periods: 4, periodSeconds: 1000 });
    const member = await book.member();
    await book.apply("hotel", [earn(member, 10)]);
    const later = book.periodStart(7);
    await book.rejectionOf("hotel", redeem(member, 1), later);
    await book.rejectionOf("hotel", earn(member, 2 ** 28), later + 1);
    expect(await book.read("accounts", [[member]])).to.deep.equal([accountWord([10], 0)]);
  });

  it("ends with the last period there is", async () => {
    const book = await openBook({ periods: 4, periodSeconds: 1 });
    const member = await book.member();
    const last = 2 ** 30 - 1;
    await book.apply("hotel", [earn(member, 3)], book.periodStart(last - 4));
    const { events } = await book.apply("hotel", [earn(member, 4)], book.periodStart(last));
    expect(events[0]!.args).to.deep.equal({ member, points: 3n });
    const much = await book.apply("hotel", [redeem(member, 1)], book.periodStart(last + 1_000_000));
    expect(much.events[0]!.args["account"]).to.equal(accountWord([3], last));
    expect(await book.balances([member])).to.deep.equal([3n]);
  });
});
