import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { allianceOf, fleeting } from "./alliance.ts";
import type { Desk, Entry } from "./desk.ts";
import { problemOf } from "./desk.ts";
import { past, seen } from "./lots.ts";
import { together } from "./together.ts";

/** The seven bugs that loyalty programmes are known for. Each test fails when its bug comes back. */
describe("The classic bugs of loyalty programmes", function () {
  this.timeout(90_000);

  describe("with points that live long", () => {
    let hotel: Desk, park: Desk, teaHouse: Desk;
    let guest: string;

    before(async function () {
      [hotel, park, teaHouse] = (await allianceOf("lasting", this)).merchants as [Desk, Desk, Desk];
    });
    beforeEach(async () => {
      guest = await hotel.enrol();
    });
    async function expectBalanced(): Promise<void> {
      expect(sum(await hotel.entries(guest))).to.equal(await hotel.balance(guest));
    }

    it("1: a refund keeps the points", async () => {
      const before = await counters(hotel);
      const stay = await hotel.earn(guest, 300);
      await hotel.reverse(stay.id);
      expect(await hotel.balance(guest)).to.equal(0);
      expect(problemOf(await park.redeem(guest, 1))).to.equal("insufficient-points");

      const spent = await hotel.earn(guest, 300);
      await park.redeem(guest, 200);
      const refund = await hotel.reverse(spent.id);
      expect(refund.result).to.deep.include({ points: 300, shortfall: 200, balance: 0 });
      expect(problemOf(await hotel.reverse(spent.id))).to.equal("reversal-too-large");
      const after = await counters(hotel);
      expect([after.issued - before.issued, after.clawedBack - before.clawedBack]).to.deep.equal([600, 400]);
      await expectBalanced();
    });

    it("3: redeemed but not deducted", async () => {
      await hotel.earn(guest, 100);
      for (const [points, left] of [
        [40, 60],
        [59, 1],
        [1, 0],
      ] as const) {
        expect((await park.redeem(guest, points)).result.balance).to.equal(left);
        for (const desk of [hotel, park, teaHouse]) {
          expect(await desk.balance(guest)).to.equal(left);
          const [newest] = await desk.entries(guest);
          expect(newest).to.deep.include({ kind: "redeem", points: -points, balance: left });
        }
      }
      expect(problemOf(await teaHouse.redeem(guest, 1))).to.equal("insufficient-points");
      await expectBalanced();
    });

    it("4: parallel spending", async () => {
      await hotel.earn(guest, 100);
      const desks = [hotel, park, teaHouse];
      const before = await Promise.all(desks.map(counters));
      const spent = await Promise.all(Array.from({ length: 21 }, (_, n) => desks[n % 3]!.redeem(guest, 51 + n)));
      const final = spent.filter(({ status }) => status === "final");
      expect(final).to.have.length(1);
      for (const operation of spent.filter(({ status }) => status === "rejected")) {
        expect(problemOf(operation)).to.equal("insufficient-points");
      }
      expect(await hotel.balance(guest)).to.equal(100 - final[0]!.result.points);
      const after = await Promise.all(desks.map(counters));
      const redeemed = after.reduce((total, counter, n) => total + counter.redeemed - before[n]!.redeemed, 0);
      expect(redeemed).to.equal(final[0]!.result.points);
      await expectBalanced();
    });

    it("5: a rollback credits too much", async () => {
      await hotel.earn(guest, 500);
      const redemption = await park.redeem(guest, 100);
      expect((await park.reverse(redemption.id, 60)).result.balance).to.equal(460);
      expect(problemOf(await park.reverse(redemption.id, 41))).to.equal("reversal-too-large");

      const rest = await Promise.all(
        Array.from({ length: 6 }, (_, n) => park.reverse(redemption.id, n < 3 ? 40 : undefined)),
      );
      expect(rest.filter(({ status }) => status === "final")).to.have.length(1);
      expect(await hotel.balance(guest)).to.equal(500);
      const { id } = rest.find(({ status }) => status === "final")!;
      expect(problemOf(await park.post("/v1/points/reversals", { operation: id }))).to.equal("not-reversible");
      expect(problemOf(await hotel.post("/v1/points/reversals", { operation: redemption.id }))).to.equal("not-found");
      await expectBalanced();
    });

    it("7: one earning counted twice", async () => {
      const before = await counters(hotel);
      const keys = [randomUUID(), randomUUID()];
      const once = (key: string) => hotel.earn(guest, 70, key);
      const operations = keys.map((key) => ({ key, kind: "earn", member: guest, points: 70 }));
      const batch = () => hotel.post("/v1/points/batches", { operations: [...operations, ...operations] });
      await Promise.all([...keys, ...keys, ...keys].map(once).concat([batch(), batch()] as any));
      await Promise.all(keys.map(once));
      expect(await hotel.balance(guest)).to.equal(140);
      expect(await hotel.entries(guest)).to.have.length(2);
      expect((await counters(hotel)).issued - before.issued).to.equal(140);
      await expectBalanced();
    });
  });

  describe("with points that expire", () => {
    together({
      "2: a balance collapses at expiry": async ({ hotel, park, phase }) => {
        const guest = await hotel.enrol();
        await hotel.earn(guest, 100);
        const [first] = (await seen(hotel, guest, phase)).lots;
        while ((await seen(hotel, guest, phase)).lots.length < 2) await hotel.earn(guest, 10);
        const [, second] = (await seen(hotel, guest, phase)).lots;
        expect(second!.expiresAt - first!.expiresAt).to.be.greaterThan(0);
        expect((second!.expiresAt - first!.expiresAt) % fleeting.periodSeconds).to.equal(0);
        await past(first!.expiresAt);
        expect((await seen(hotel, guest, phase)).lots).to.deep.equal([second]);
        expect((await park.redeem(guest, 1)).status).to.equal("final");
      },

      "6: some lots never expire": async ({ hotel, park, phase }) => {
        const guest = await hotel.enrol();
        await hotel.earn(guest, 30);
        const { id } = await park.redeem(guest, 20);
        while ((await seen(hotel, guest, phase)).lots.length < 3) await hotel.earn(guest, 30);
        expect((await park.reverse(id)).status).to.equal("final");
        await past((await seen(hotel, guest, phase)).lots.at(-1)!.expiresAt);
        expect((await seen(hotel, guest, phase)).lots).to.deep.equal([]);
        expect(sum(await hotel.entries(guest))).to.equal(0);
        expect(problemOf(await park.redeem(guest, 1))).to.equal("insufficient-points");
      },
    });
  });
});

async function counters(desk: Desk): Promise<Record<"issued" | "clawedBack" | "redeemed", number>> {
  return (await desk.read("/v1/points/positions")).positions[0];
}

function sum(entries: Entry[]): number {
  return entries.reduce((total, { points }) => total + points, 0);
}
