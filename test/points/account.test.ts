import { expect } from "chai";
import fc from "fast-check";
import { balanceAt, expiredLots, liveLots, periodAt, sumOf, unpackAccount } from "../../lambdas/points/account.ts";
import { accountWord } from "./account-word.ts";

/** One earning, as a naive book would keep it: every one for itself. */
interface Earning {
  period: number;
  points: number;
}

const calendars = fc.record({
  start: fc.integer({ min: 0, max: 2_000_000_000 }),
  periodSeconds: fc.integer({ min: 1, max: 7_776_000 }),
  periods: fc.integer({ min: 4, max: 8 }),
});

/** Earnings within the last periods before the account's own, and the account that the contract would have of them. */
const accounts = fc
  .tuple(calendars, fc.integer({ min: 8, max: 10_000 }), fc.boolean())
  .chain(([calendar, period, frozen]) => {
    const age = fc.integer({ min: 0, max: calendar.periods - 1 });
    const points = fc.integer({ min: 1, max: 2 ** 24 });
    const earnings = fc.array(fc.record({ period: age.map((ago) => period - ago), points }), { maxLength: 12 });
    return earnings.map((earned) => {
      const buckets = Array.from({ length: 8 }, (_, ago) => total(earned.filter((one) => one.period === period - ago)));
      return { calendar, period, frozen, earned, account: unpackAccount(accountWord(buckets, period, { frozen })) };
    });
  });

function total(earned: Earning[]): number {
  return earned.reduce((sum, { points }) => sum + points, 0);
}

describe("an account", () => {
  it("is unpacked as IPointsLedger.sol packs it", () => {
    const word = BigInt(`0x${"c000000500000080000007000000600000050000004000000300000020000001"}`);
    expect(unpackAccount(word)).to.deep.equal({
      buckets: [1, 2, 3, 4, 5, 6, 7, 8],
      period: 5,
      frozen: true,
      enrolled: true,
    });
    expect(unpackAccount(0n)).to.deep.equal({ buckets: Array(8).fill(0), period: 0, frozen: false, enrolled: false });
    const fullest = unpackAccount(2n ** 256n - 1n);
    expect(fullest.buckets).to.deep.equal(Array(8).fill(2 ** 28 - 1));
    expect(fullest.period).to.equal(2 ** 30 - 1);
  });

  it("holds at any time what a naive book of lots holds", () => {
    fc.assert(
      fc.property(
        accounts,
        fc.integer({ min: 0, max: 12 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (one, later, part) => {
          const { calendar, earned, account, period } = one;
          const { start, periodSeconds, periods } = calendar;
          const now = period + later;
          const time = start + now * periodSeconds + Math.floor(part * (periodSeconds - 1));
          const alive = earned.filter((earning) => now < earning.period + periods);
          expect(periodAt(calendar, time)).to.equal(now);
          expect(balanceAt(account, calendar, time)).to.equal(total(alive));
          expect(sumOf(expiredLots(account, calendar, time))).to.equal(total(earned) - total(alive));
        },
      ),
    );
  });

  it("lists what expires, the soonest first, each with the second at which it is gone", () => {
    fc.assert(
      fc.property(accounts, ({ calendar, earned, account, period }) => {
        const { start, periodSeconds, periods } = calendar;
        const lots = liveLots(account, calendar, start + period * periodSeconds);
        expect(sumOf(lots)).to.equal(total(earned));
        for (const [place, { points, expiresAt }] of lots.entries()) {
          expect(points).to.be.greaterThan(0);
          if (place > 0) expect(expiresAt).to.be.greaterThan(lots[place - 1]!.expiresAt);
          const earnedIn = (expiresAt - start) / periodSeconds - periods;
          expect(points).to.equal(total(earned.filter((earning) => earning.period === earnedIn)));
          const before = balanceAt(account, calendar, expiresAt - 1);
          expect(before - balanceAt(account, calendar, expiresAt)).to.equal(points);
        }
      }),
    );
  });
});
