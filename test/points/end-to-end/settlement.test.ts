import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { allianceOf } from "./alliance.ts";
import type { Desk, Operation } from "./desk.ts";
import { idOf } from "./desk.ts";
import type { Counters, Prices, Statement } from "./statements.ts";
import { expected, pricesOf, stated, thousandths, worthOf } from "./statements.ts";

const nothing: Counters = { issued: 0, clawedBack: 0, redeemed: 0, givenBack: 0 };

describe("A settlement", function () {
  this.timeout(60_000);
  let desks: Desk[], operator: Desk;
  let guest: string;
  let prices: Prices;

  before(async function () {
    const alliance = await allianceOf("lasting", this);
    ({ operator } = alliance);
    desks = alliance.merchants.slice(0, 3);
    guest = await desks[0]!.enrol();
    for (const desk of desks) await desk.earn(guest, 10_000);
    prices = await pricesOf(operator);
  });

  it("carries what is less than a minor unit, with its sign, over many settlements, and loses nothing", async () => {
    await operator.settle();
    const carries = await Promise.all(desks.map(carryOf));
    const totals = desks.map(() => 0n);
    const openings = [...carries];
    for (const turn of [1, 2, 3, 4, 5]) {
      const moved = await Promise.all(
        desks.map((desk, n) => turnover(desk, turn * 7 + n * 3, n === 1 || turn % 2 === 0)),
      );
      const statements = await close();
      desks.forEach((desk, n) => {
        const statement = statements.get(desk.organisation)!;
        expect(stated(statement)).to.deep.equal(expected(moved[n]!, carries[n]!, prices));
        expect(statement.net.thousandths).to.equal(0);
        carries[n] = thousandths(statement.closing);
        totals[n] = totals[n]! + thousandths(statement.net) - worthOf(moved[n]!, prices);
      });
    }
    desks.forEach((_, n) => expect(totals[n]! + carries[n]!).to.equal(openings[n]));
    expect(carries.some((carry) => carry > 0n) || carries.some((carry) => carry < 0n)).to.equal(true);
  });

  it("has a boundary in chain order: every posting is in the one before it or in the one after", async () => {
    await operator.settle();
    const keys = desks.flatMap((desk) => Array.from({ length: 40 }, (_, n) => ({ desk, key: randomUUID(), n })));
    const stream = keys.map(async ({ desk, key, n }) => {
      await new Promise((resolve) => setTimeout(resolve, n * 30));
      return n % 3 === 0 ? desk.redeem(guest, 1 + n, key) : desk.earn(guest, 1 + n, key);
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    const boundaries = [await operator.settle(), await operator.settle()];
    const postings = await Promise.all(stream);
    boundaries.push(await operator.settle());
    expect(keys.map(({ desk, key }) => idOf(desk.organisation, key))).to.deep.equal(postings.map(({ id }) => id));

    let counted = 0;
    for (const [index, boundary] of boundaries.entries()) {
      const within = postings.filter((posting) => {
        return isBefore(posting, boundary) && (index === 0 || !isBefore(posting, boundaries[index - 1]!));
      });
      counted += within.length;
      const statements = await statementsOf(boundary);
      for (const desk of desks) {
        const own = within.filter(({ id }) =>
          keys.some((each) => each.desk === desk && idOf(desk.organisation, each.key) === id),
        );
        const { issued, clawedBack, redeemed, givenBack } = statements.get(desk.organisation)!;
        expect({ issued, clawedBack, redeemed, givenBack }).to.deep.equal({
          ...nothing,
          issued: sum(own.filter(({ kind }) => kind === "earn")),
          redeemed: sum(own.filter(({ kind }) => kind === "redeem")),
        });
      }
    }
    expect(counted).to.equal(postings.length);
  });

  it("lets a later reversal fall into the next one", async () => {
    const desk = desks[0]!;
    const earning = await desk.earn(guest, 400);
    await close();
    await desk.reverse(earning.id, 150);
    const { issued, clawedBack } = (await close()).get(desk.organisation)!;
    expect([issued, clawedBack]).to.deep.equal([0, 150]);
  });

  it("leaves merchants, settlements and reserve in balance", async () => {
    const { positions, pool } = await operator.read("/v1/points/positions");
    const open = positions.reduce((total: bigint, { position }: any) => total + thousandths(position), 0n);
    expect(open + thousandths(pool.settled) + thousandths(pool.reserve)).to.equal(0n);
    const { outstanding, issued, clawedBack, redeemed, givenBack, dropped } = pool;
    expect(outstanding).to.equal(issued - clawedBack - redeemed + givenBack - dropped);
  });

  it("is listed newest first, page by page, and shows a merchant its own statement alone", async () => {
    const all = (await operator.read("/v1/points/settlements?limit=200")).settlements;
    expect(all.map(({ number }: any) => number)).to.deep.equal(all.map((_: unknown, n: number) => all.length - n));
    const page = await desks[0]!.read("/v1/points/settlements?limit=2");
    const next = await desks[0]!.read(`/v1/points/settlements?limit=2&cursor=${page.cursor}`);
    const own = [...page.settlements, ...next.settlements];
    expect(own.map(({ id }) => id)).to.deep.equal(all.slice(0, 4).map(({ id }: any) => id));
    for (const { statements, reserve } of own) {
      expect(statements.map(({ organisation }: Statement) => organisation)).to.deep.equal([desks[0]!.organisation]);
      expect(reserve).to.equal(undefined);
    }
  });

  /** Earns and redeems odd numbers of points. */
  async function turnover(desk: Desk, points: number, redeems: boolean): Promise<Counters> {
    const earning = await desk.earn(guest, points * 11 + 1);
    await desk.reverse(earning.id, 3);
    if (!redeems) return { ...nothing, issued: points * 11 + 1, clawedBack: 3 };
    const redemption = await desk.redeem(guest, points * 29 + 2);
    await desk.reverse(redemption.id, 1);
    return { issued: points * 11 + 1, clawedBack: 3, redeemed: points * 29 + 2, givenBack: 1 };
  }

  async function close(): Promise<Map<string, Statement>> {
    return statementsOf(await operator.settle());
  }

  async function statementsOf({ id }: Operation): Promise<Map<string, Statement>> {
    const { statements } = await operator.read(`/v1/points/settlements/${id}`);
    return new Map(statements.map((statement: Statement) => [statement.organisation, statement]));
  }
});

async function carryOf(desk: Desk): Promise<bigint> {
  return thousandths((await desk.read("/v1/points/positions")).positions[0].position);
}

/** Whether one operation stands before another in chain order. */
function isBefore(one: Operation, other: Operation): boolean {
  const [a, b] = [one.transaction!, other.transaction!];
  return a.blockNumber < b.blockNumber || (a.blockNumber === b.blockNumber && a.logIndex < b.logIndex);
}

function sum(operations: Operation[]): number {
  return operations.reduce((total, { result }) => total + result.points, 0);
}
