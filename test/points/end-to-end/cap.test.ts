import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Desk } from "./desk.ts";
import { idOf, problemOf } from "./desk.ts";
import { onStage } from "./together.ts";

describe("The daily cap of a merchant", function () {
  this.timeout(120_000);
  let shop: Desk, hotel: Desk;
  let guest: string;
  let left: number;

  before(async function () {
    const { merchants } = await onStage(this);
    hotel = merchants[0]!;
    shop = merchants.at(-1)!;
    guest = await hotel.enrol();
    await awayFromMidnight();
    const { cap, issuedToday } = (await shop.earn(guest, 200_000_000)).problem;
    left = cap - issuedToday;
    if (!(left > 1000)) this.skip();
  });

  it("counts what is issued, at once and in batches, up to the very last point", async () => {
    const single = await shop.earn(guest, 100);
    await shop.reverse(single.id);
    const [tooMuch, enough] = await Promise.all([shop.earn(guest, left - 99), shop.earn(guest, 200)]);
    expect([problemOf(tooMuch), enough.status]).to.deep.equal(["daily-cap-exceeded", "final"]);

    const keys = [left - 299, left - 400, 101, 100, 1].map((points) => ({ key: randomUUID(), points }));
    const operations = keys.map((entry) => ({ ...entry, kind: "earn", member: guest }));
    await shop.post("/v1/points/batches", { operations });
    const decided = await Promise.all(keys.map(({ key }) => shop.decided(idOf(shop.organisation, key))));
    expect(decided.map(({ status }) => status)).to.deep.equal(["rejected", "final", "rejected", "final", "rejected"]);
    const { cap, issuedToday } = decided.at(-1)!.problem;
    expect(issuedToday).to.equal(cap);
  });

  it("is not freed by reversing, and neither uses it to give back", async () => {
    const own = (await shop.entries(guest)).find(
      ({ merchant, kind }) => merchant === shop.organisation && kind === "earn",
    );
    expect((await shop.reverse(own!.operation!)).status).to.equal("final");
    expect(problemOf(await shop.earn(guest, 1))).to.equal("daily-cap-exceeded");

    await hotel.earn(guest, 10);
    const redemption = await shop.redeem(guest, 10);
    expect((await shop.reverse(redemption.id)).status).to.equal("final");
  });

  it("is each merchant's own", async () => {
    expect((await hotel.earn(guest, 1)).status).to.equal("final");
  });
});

/** The day is that of UTC+8: whoever comes in its last minute waits for the next. */
async function awayFromMidnight(): Promise<void> {
  const day = 24 * 3600_000;
  const left = day - ((Date.now() + 8 * 3600_000) % day);
  if (left < 60_000) await sleep(left + 2000);
}
