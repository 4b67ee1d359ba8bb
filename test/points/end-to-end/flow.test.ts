import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { allianceOf } from "./alliance.ts";
import type { Desk, Operation } from "./desk.ts";
import { idOf } from "./desk.ts";
import { countersOf, expected, pricesOf, stated } from "./statements.ts";
import type { Statement } from "./statements.ts";

describe("A guest of the alliance", function () {
  this.timeout(60_000);
  let hotel: Desk, park: Desk, teaHouse: Desk, operator: Desk;
  let carriedIn: Statement[];
  let guest: string;
  let redemption: Operation;

  before(async function () {
    const alliance = await allianceOf("lasting", this);
    [hotel, park, teaHouse] = alliance.merchants as [Desk, Desk, Desk];
    operator = alliance.operator;
    const { id } = await operator.settle();
    carriedIn = (await operator.read(`/v1/points/settlements/${id}`)).statements;
  });

  it("is enrolled at the hotel, under an id that the hotel could have computed", async () => {
    const key = `check-in ${randomUUID()}`;
    const answer = await hotel.post("/v1/points/members", { reference: "room 808" }, { key, wait: 20 });
    expect(answer.status).to.equal(201);
    guest = answer.body.id;
    expect(guest).to.equal(idOf(hotel.organisation, key));
    expect(answer.body.operation).to.deep.include({ id: guest, kind: "enrol", status: "final" });
    expect(answer.headers.get("location")).to.equal(
      `${new URL(answer.headers.get("location")!).origin}/v1/operations/${guest}`,
    );
    expect(await park.read(`/v1/points/members/${guest}`)).to.deep.equal({
      id: guest,
      balance: 0,
      expiring: [],
      frozen: false,
    });
  });

  it("earns at the hotel and at the park next door", async () => {
    const stay = await hotel.earn(guest, 1234);
    expect(stay).to.deep.include({ kind: "earn", status: "final", request: { member: guest, points: 1234 } });
    expect(stay.result).to.deep.include({ member: guest, points: 1234, balance: 1234 });
    expect((await park.earn(guest, 777)).result.balance).to.equal(2011);
  });

  it("redeems at a third member of the alliance, who sees what there is", async () => {
    expect(await teaHouse.balance(guest)).to.equal(2011);
    redemption = await teaHouse.redeem(guest, 999);
    expect(redemption.result).to.deep.include({ member: guest, points: 999, balance: 1012 });
    for (const desk of [hotel, park, teaHouse, operator]) expect(await desk.balance(guest)).to.equal(1012);
  });

  it("is not charged for mistakes", async () => {
    const typo = await park.earn(guest, 5000);
    expect((await park.reverse(typo.id, 4500)).result).to.deep.include({
      original: typo.id,
      points: 4500,
      balance: 1512,
    });
    expect((await teaHouse.reverse(redemption.id, 99)).result).to.deep.include({ points: 99, balance: 1611 });
    expect((await teaHouse.reverse(redemption.id)).result).to.deep.include({ points: 900, balance: 2511 });
    expect((await teaHouse.redeem(guest, 111)).result.balance).to.equal(2400);
  });

  it("finds every posting in entries that sum to the balance, whatever the size of a page", async () => {
    const entries = await park.entries(guest);
    expect(entries.map(({ kind, points, merchant, balance }) => [kind, points, merchant, balance])).to.deep.equal([
      ["redeem", -111, teaHouse.organisation, 2400],
      ["reverse", 900, teaHouse.organisation, 2511],
      ["reverse", 99, teaHouse.organisation, 1611],
      ["reverse", -4500, park.organisation, 1512],
      ["earn", 5000, park.organisation, 6012],
      ["redeem", -999, teaHouse.organisation, 1012],
      ["earn", 777, park.organisation, 2011],
      ["earn", 1234, hotel.organisation, 1234],
    ]);
    expect(entries.reduce((sum, { points }) => sum + points, 0)).to.equal(await hotel.balance(guest));
    for (const limit of [1, 3, 8, 200]) expect(await hotel.entries(guest, limit)).to.deep.equal(entries);
  });

  it("leaves behind statements that each member can compute from what it sees", async () => {
    const entries = await hotel.entries(guest);
    const prices = await pricesOf(operator);
    const { id, result } = await operator.settle();
    expect(result.statements).to.be.at.least(3);
    for (const desk of [hotel, park, teaHouse]) {
      const { statements } = await desk.read(`/v1/points/settlements/${id}`);
      expect(statements).to.have.length(1);
      const opening = carriedIn.find(({ organisation }) => organisation === desk.organisation);
      const carried = opening ? stated(opening).closing : 0n;
      expect(statements[0].organisation).to.equal(desk.organisation);
      expect(stated(statements[0])).to.deep.equal(expected(countersOf(desk.organisation, entries), carried, prices));
      const { positions } = await desk.read("/v1/points/positions");
      expect(positions).to.have.length(1);
      expect(positions[0]).to.deep.include({ issued: 0, clawedBack: 0, redeemed: 0, givenBack: 0 });
      expect(positions[0].position).to.deep.equal(statements[0].closing);
    }
    expect((await operator.read("/v1/points/settlements?limit=1")).settlements[0].id).to.equal(id);
  });
});
