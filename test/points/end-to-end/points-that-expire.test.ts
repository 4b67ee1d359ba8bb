import { expect } from "chai";
import fc from "fast-check";
import { fleeting } from "./alliance.ts";
import type { Desk, Operation } from "./desk.ts";
import { problemOf } from "./desk.ts";
import { expiryOf, past, seen } from "./lots.ts";
import { thousandths } from "./statements.ts";
import type { Stage } from "./together.ts";
import { together } from "./together.ts";

/** Periods of a few seconds of the real clock, real blocks, and whatever guests do in them. */
describe("Points that expire", function () {
  this.timeout(90_000);
  const seed = Math.floor(Math.random() * 2 ** 31);
  const lives = Object.fromEntries(
    [0, 1, 2, 3].map((guest) => [
      `are those of a naive book of lots, whatever a guest does (seed ${seed + guest})`,
      (stage: Stage) => live(stage, seed + guest),
    ]),
  );

  together({
    ...lives,

    "are gone at the second that was said, and are an entry before and after a posting drops them": async ({
      hotel,
      park,
      phase,
    }) => {
      const guest = await hotel.enrol();
      const earning = await hotel.earn(guest, 100);
      const { lots, entries } = await seen(hotel, guest, phase);
      const life = lots[0]!.expiresAt - Date.parse(entries[0]!.time) / 1000;
      expect(life).to.be.within(
        (fleeting.periods - 1) * fleeting.periodSeconds + 1,
        fleeting.periods * fleeting.periodSeconds,
      );
      await past(lots[0]!.expiresAt);

      const expected = { kind: "expire", points: -100, balance: 0 };
      const [pending, first] = (await seen(park, guest, phase)).entries;
      expect(pending).to.deep.equal({ ...expected, time: new Date(lots[0]!.expiresAt * 1000).toISOString() });
      expect(first!.operation).to.equal(earning.id);
      expect(problemOf(await park.redeem(guest, 1))).to.equal("insufficient-points");
      expect((await hotel.earn(guest, 7)).result.balance).to.equal(7);
      const [, dropped] = (await seen(park, guest, phase)).entries;
      expect(dropped).to.deep.include({ kind: "expire", points: -100 });
      expect(dropped!.transaction).to.have.keys("hash", "blockNumber", "logIndex");
    },

    "leave their price to the alliance": async ({ hotel, operator, phase }) => {
      const guest = await hotel.enrol();
      await hotel.earn(guest, 1000);
      const { lots } = await seen(hotel, guest, phase);
      await past(lots[0]!.expiresAt);
      const before = (await operator.read("/v1/points/positions")).pool;
      await hotel.earn(guest, 1);
      const { pool } = await operator.read("/v1/points/positions");
      expect(pool.dropped - before.dropped).to.be.at.least(1000);
      const parts = [pool.reserveForOutstanding, pool.reserveFromPrices, pool.reserveFromExpiry].map(thousandths);
      expect(thousandths(pool.reserve)).to.equal(parts.reduce((sum, part) => sum + part));
      const redeemPrice = thousandths(pool.reserveFromExpiry) / BigInt(pool.dropped);
      expect(thousandths(pool.reserveForOutstanding)).to.equal(redeemPrice * BigInt(pool.outstanding));
    },

    "can be taken back and given back only while they could be alive": async ({ hotel, park, phase }) => {
      const guest = await hotel.enrol();
      const earning = await hotel.earn(guest, 100);
      const redemption = await park.redeem(guest, 60);
      const { lots } = await seen(hotel, guest, phase);
      expect((await hotel.reverse(earning.id, 10)).result).to.deep.include({ points: 10, shortfall: 0 });
      await past(lots[0]!.expiresAt);
      expect(problemOf(await hotel.reverse(earning.id))).to.equal("original-expired");
      await past(lots[0]!.expiresAt + fleeting.periodSeconds);
      expect(problemOf(await park.reverse(redemption.id))).to.equal("original-expired");
      expect((await seen(hotel, guest, phase)).lots).to.deep.equal([]);
    },

    "come back from a reversed redemption with a new life": async ({ hotel, park, phase }) => {
      const guest = await hotel.enrol();
      await hotel.earn(guest, 100);
      const redemption = await park.redeem(guest, 100);
      const spentAt = Date.parse((await seen(hotel, guest, phase)).entries[0]!.time) / 1000;
      await past(expiryOf(spentAt, phase) - 2 * fleeting.periodSeconds);
      await park.reverse(redemption.id);
      const { lots, entries } = await seen(hotel, guest, phase);
      expect(lots).to.deep.equal([{ points: 100, expiresAt: expiryOf(Date.parse(entries[0]!.time) / 1000, phase) }]);
      expect(lots[0]!.expiresAt).to.be.greaterThan(expiryOf(spentAt, phase));
    },
  });

  /** Lets a guest do this and that at any desk for two lifetimes of points, and compares after each step. */
  async function live({ merchants, phase }: Stage, guestSeed: number): Promise<void> {
    const step = fc.record({
      desk: fc.nat(merchants.length - 2),
      what: fc.nat(9),
      points: fc.integer({ min: 1, max: 60 }),
    });
    const steps = fc.sample(step, { seed: guestSeed, numRuns: 200 })[Symbol.iterator]();
    const guest = await merchants[0]!.enrol();
    const done: { desk: Desk; operation: Operation }[] = [];
    const end = Date.now() + 24_000;
    while (Date.now() < end) {
      const { desk: at, what, points } = steps.next().value!;
      const desk = merchants[at]!;
      const original = done[points % (done.length || 1)];
      if (what >= 8 && original) await original.desk.reverse(original.operation.id, what === 8 ? points : undefined);
      else {
        const operation = await (what < 5 ? desk.earn(guest, points) : desk.redeem(guest, points));
        if (operation.status === "final") done.push({ desk, operation });
        else expect(problemOf(operation)).to.equal("insufficient-points");
      }
      await seen(desk, guest, phase);
    }
  }
});
