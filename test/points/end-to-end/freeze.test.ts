import { expect } from "chai";
import { allianceOf } from "./alliance.ts";
import type { Desk } from "./desk.ts";
import { problemOf } from "./desk.ts";

describe("A frozen member", function () {
  this.timeout(60_000);
  let hotel: Desk, park: Desk, operator: Desk;
  let guest: string;

  before(async function () {
    const alliance = await allianceOf("lasting", this);
    [hotel, park] = alliance.merchants as [Desk, Desk];
    operator = alliance.operator;
    guest = await hotel.enrol();
  });

  it("does not redeem, anywhere, also in a batch", async () => {
    await hotel.earn(guest, 100);
    const frozen = await operator.freeze(guest);
    expect(frozen).to.deep.include({ kind: "freeze", status: "final", result: { member: guest, frozen: true } });
    expect(await park.read(`/v1/points/members/${guest}`)).to.deep.include({ balance: 100, frozen: true });
    for (const desk of [hotel, park]) expect(problemOf(await desk.redeem(guest, 1))).to.equal("member-frozen");
    const operations = [{ key: `frozen ${guest}`, kind: "redeem", member: guest, points: 1 }];
    const { body } = await park.post("/v1/points/batches", { operations });
    expect(problemOf(await park.decided(body.operations[0].id))).to.equal("member-frozen");
  });

  it("still earns", async () => {
    expect((await park.earn(guest, 50)).result.balance).to.equal(150);
  });

  it("can be reversed for, both ways", async () => {
    await operator.unfreeze(guest);
    const redemption = await park.redeem(guest, 30);
    const earning = await hotel.earn(guest, 5);
    await operator.freeze(guest);
    expect((await park.reverse(redemption.id)).result.balance).to.equal(155);
    expect((await hotel.reverse(earning.id)).result.balance).to.equal(150);
    expect(await hotel.read(`/v1/points/members/${guest}`)).to.deep.include({ balance: 150, frozen: true });
  });

  it("redeems again once it is free, and freezing twice changes nothing", async () => {
    for (let times = 0; times < 2; times++) expect((await operator.freeze(guest)).status).to.equal("final");
    for (let times = 0; times < 2; times++) expect((await operator.unfreeze(guest)).status).to.equal("final");
    expect((await park.redeem(guest, 150)).result.balance).to.equal(0);
    expect((await hotel.entries(guest)).reduce((sum, { points }) => sum + points, 0)).to.equal(0);
  });
});
