import { expect } from "chai";
import * as schemas from "../../lambdas/points/schemas.ts";
import { fakeApi } from "../core/http/fake-api.ts";
import { event, hexOf, organisationBytes, programme } from "./events.ts";

const closing = Array.from({ length: 3 }, (_, n) => `11111111-2222-8333-9444-55555555555${n}`);
const counters = (issued: bigint, clawedBack: bigint, redeemed: bigint, givenBack: bigint) => ({
  issued,
  clawedBack,
  redeemed,
  givenBack,
});
const yuan = (minor: number, thousandths: number) => ({ currency: "CNY", minor, thousandths });

function opened() {
  const api = fakeApi();
  api.book.now = programme;
  const get = async (who: string, path: string) => (await api.call(who, "GET", `/v1/points${path}`)).body;
  return { ...api, get };
}

describe("positions", () => {
  function moved() {
    const api = opened();
    const position = (name: string, counted: object, carry: bigint) => {
      const args = { organisation: organisationBytes(name), ...counted, carry, day: 0, issuedToday: 0n };
      api.book.project(event("PositionMoved", args));
    };
    position("hotel", counters(1001n, 1n, 10n, 2n), -5n);
    position("park", counters(0n, 0n, 100n, 0n), 0n);
    const pool = { ...counters(1001n, 1n, 110n, 2n), dropped: 92n, reserve: 1000n * 900n - 108n * 800n, closed: 0n };
    api.book.project(event("PoolMoved", pool));
    return api;
  }

  it("show a merchant its own, exactly", async () => {
    const { get } = moved();
    const own = await get("hotel", "/positions");
    schemas.positions.parse(own);
    // −5 + 8 × 800 − 1000 × 900 = −893605 thousandths
    const position = { organisation: "hotel", issued: 1001, clawedBack: 1, redeemed: 10, givenBack: 2 };
    expect(own).to.deep.equal({ positions: [{ ...position, position: yuan(-893, -605) }] });
    expect((await get("park", "/positions")).positions[0].position).to.deep.equal(yuan(80, 0));
  });

  it("show the operator all of them and the pool, whose reserve splits without a rest", async () => {
    const { get } = moved();
    const all = await get("operator", "/positions");
    schemas.positions.parse(all);
    expect(all.positions.map(({ organisation }: any) => organisation)).to.deep.equal(["hotel", "park"]);
    expect(all.pool).to.deep.equal({
      issued: 1001,
      clawedBack: 1,
      redeemed: 110,
      givenBack: 2,
      dropped: 92,
      outstanding: 800,
      reserve: yuan(813, 600),
      reserveForOutstanding: yuan(640, 0),
      reserveFromPrices: yuan(100, 0),
      reserveFromExpiry: yuan(73, 600),
      settled: yuan(0, 0),
    });
  });

  it("are zero where nothing was posted", async () => {
    const { get } = opened();
    const zero = { organisation: "hotel", issued: 0, clawedBack: 0, redeemed: 0, givenBack: 0, position: yuan(0, 0) };
    expect(await get("hotel", "/positions")).to.deep.equal({ positions: [zero] });
    const all = await get("operator", "/positions");
    schemas.positions.parse(all);
    expect([all.positions, all.pool.reserve]).to.deep.equal([[], yuan(0, 0)]);
  });
});

describe("settlements", () => {
  function settled(count = 2) {
    const api = opened();
    for (let number = 1; number <= count; number++) {
      for (const name of ["hotel", "park"]) {
        const money = { opening: BigInt(number - 1), net: -3n, closing: BigInt(number) };
        const args = {
          settlement: BigInt(number),
          organisation: organisationBytes(name),
          ...counters(4n, 0n, 0n, 0n),
          ...money,
        };
        api.book.project(event("StatementIssued", args));
      }
      const operation = hexOf(closing[number - 1]!);
      const args = { operation, settlement: BigInt(number), statements: 2, reserve: 7001n };
      api.book.project(event("SettlementClosed", args, { organisation: "operator", time: 1_790_000_000 }));
    }
    return api;
  }

  it("show a merchant its own statement, and the operator all of them and the reserve", async () => {
    const { get } = settled();
    const own = await get("park", `/settlements/${closing[1]}`);
    schemas.settlement.parse(own);
    const statement = {
      issued: 4,
      clawedBack: 0,
      redeemed: 0,
      givenBack: 0,
      opening: yuan(0, 1),
      net: yuan(-3, 0),
      closing: yuan(0, 2),
    };
    expect(own).to.deep.equal({
      id: closing[1],
      number: 2,
      closedAt: "2026-09-21T14:13:20.000Z",
      transaction: { hash: "0x02", blockNumber: 7, logIndex: 0 },
      statements: [{ organisation: "park", ...statement }],
    });
    const all = await get("operator", `/settlements/${closing[1]}`);
    schemas.settlement.parse(all);
    expect(all.reserve).to.deep.equal(yuan(7, 1));
    expect(all.statements.map(({ organisation }: any) => organisation)).to.deep.equal(["hotel", "park"]);
  });

  it("are listed newest first, a page at a time", async () => {
    const { get } = settled(3);
    const first = await get("hotel", "/settlements?limit=2");
    for (const one of first.settlements) schemas.settlement.parse(one);
    expect(first.settlements.map(({ number }: any) => number)).to.deep.equal([3, 2]);
    const rest = await get("hotel", `/settlements?limit=2&cursor=${first.cursor}`);
    expect(rest.settlements.map(({ number, statements }: any) => [number, statements.length])).to.deep.equal([[1, 1]]);
    expect(rest).not.to.have.property("cursor");
  });

  it("begin the next position with what was carried", async () => {
    const { get } = settled();
    const { positions } = await get("hotel", "/positions");
    expect(positions[0]).to.deep.include({ issued: 0, position: yuan(0, 2) });
  });

  it("are not found by the id of anything else", async () => {
    const { call } = settled();
    expect((await call("operator", "GET", `/v1/points/settlements/${closing[2]}`)).status).to.equal(404);
  });
});
