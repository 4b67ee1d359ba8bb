import { expect } from "chai";
import fc from "fast-check";
import * as schemas from "../../lambdas/points/schemas.ts";
import { fakeApi } from "../core/http/fake-api.ts";
import { accountWord } from "./account-word.ts";
import { event, hexOf, programme } from "./events.ts";

const member = "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58";
const operations = Array.from(
  { length: 99 },
  (_, n) => `0b8e6a52-7f3c-8a1d-9e40-5c2d71f8a6${String(n).padStart(2, "0")}`,
);
/** Seconds; read anew before each test, since other tests may take longer than a period here. */
let now: number;
const readClock = () => (now = Math.floor(Date.now() / 1000));

/** A book whose period 100 began 50 seconds ago. */
function opened() {
  const api = fakeApi();
  api.book.now = { ...programme, start: now - 50 - 100 * programme.periodSeconds };
  api.book.time = now;
  let posted = 0;
  const post = (name: string, args: Record<string, unknown>, word: bigint, ago = 0) =>
    api.book.project(
      event(
        name,
        { operation: hexOf(operations[posted++]!), member: hexOf(member), ...args, account: word },
        { time: now - ago },
      ),
    );
  api.book.project(
    event("MemberEnrolled", { operation: hexOf(member), account: accountWord([], 90) }, { time: now - 1050 }),
  );
  const get = async (path = "", who = "hotel") =>
    (await api.call(who, "GET", `/v1/points/members/${member}${path}`)).body;
  return { ...api, post, get };
}

const second = (time: number) => new Date(time * 1000).toISOString();

describe("a member", () => {
  beforeEach(readClock);

  it("has what is alive, with the seconds at which it expires", async () => {
    const { post, get } = opened();
    post("PointsEarned", { points: 7n }, accountWord([7, 0, 5, 3], 100));
    const answer = await get();
    schemas.member.parse(answer);
    expect(answer).to.deep.equal({
      id: member,
      balance: 15,
      expiring: [
        { points: 3, expiresAt: second(now + 50) },
        { points: 5, expiresAt: second(now + 150) },
        { points: 7, expiresAt: second(now + 350) },
      ],
      frozen: false,
    });
  });

  it("loses what expires without a posting, by the later of the chain's time and the clock", async () => {
    const { post, get, book } = opened();
    post("PointsEarned", { points: 4n }, accountWord([4, 3], 97), 300);
    expect((await get()).balance).to.equal(4);
    book.time = now + 49;
    expect((await get()).balance).to.equal(4);
    book.time = now + 50;
    expect(await get()).to.deep.include({ balance: 0, expiring: [] });
    book.time = 0;
    expect((await get()).balance).to.equal(4);
  });

  it("is frozen while it is", async () => {
    const { post, get } = opened();
    post("MemberFrozen", {}, accountWord([9], 100, { frozen: true }));
    expect(await get()).to.deep.include({ balance: 9, frozen: true });
    post("MemberUnfrozen", {}, accountWord([9], 100));
    expect((await get()).frozen).to.equal(false);
  });

  it("is found by its id in any case, and not by one that nobody enrolled", async () => {
    const { call } = opened();
    expect((await call("park", "GET", `/v1/points/members/${member.toUpperCase()}`)).body.id).to.equal(member);
    for (const path of ["", "/entries", "/entries?cursor=abc"]) {
      expect((await call("hotel", "GET", `/v1/points/members/${operations[0]}${path}`)).status).to.equal(404);
    }
  });
});

describe("the entries of a member", () => {
  beforeEach(readClock);

  it("are what moved points, newest first, and sum to the balance", async () => {
    const { post, get, book } = opened();
    post("PointsEarned", { points: 10n }, accountWord([10], 94), 600);
    post("MemberFrozen", {}, accountWord([10], 94, { frozen: true }), 590);
    book.project(event("PointsExpired", { member: hexOf(member), points: 10n }, { time: now - 100 }));
    post("PointsEarned", { points: 8n }, accountWord([8], 99), 100);
    post("PointsRedeemed", { points: 2n }, accountWord([0, 6], 100), 20);
    post("EarningReversed", { original: hexOf(operations[2]!), points: 8n, shortfall: 2n }, accountWord([], 100), 10);
    const { entries, cursor } = await get("/entries");
    for (const entry of entries) schemas.entry.parse(entry);
    expect(cursor).to.equal(undefined);
    const brief = entries.map(({ kind, points, balance }: any) => [kind, points, balance]);
    expect(brief).to.deep.equal([
      ["reverse", -6, 0],
      ["redeem", -2, 6],
      ["earn", 8, 8],
      ["expire", -10, undefined],
      ["earn", 10, 10],
    ]);
    expect(entries[0]).to.deep.equal({
      operation: operations[4],
      kind: "reverse",
      points: -6,
      merchant: "hotel",
      balance: 0,
      original: operations[2],
      shortfall: 2,
      time: second(now - 10),
      transaction: { hash: "0x02", blockNumber: 8, logIndex: 0 },
    });
    expect(entries[3]).to.have.keys("kind", "points", "time", "transaction");
    expect((await get()).balance).to.equal(0);
  });

  it("show what expired and was not dropped yet first of all, without a transaction", async () => {
    const { post, get } = opened();
    post("PointsEarned", { points: 4n }, accountWord([4, 3, 2], 97), 300);
    const { entries } = await get("/entries");
    expect(entries[0]).to.deep.equal({ kind: "expire", points: -5, balance: 4, time: second(now - 50) });
    expect(entries).to.have.length(2);
  });

  it("count an expiry once while the posting that dropped it is being written", async () => {
    const { post, get, book } = opened();
    post("PointsEarned", { points: 4n }, accountWord([4, 3, 2], 97), 300);
    book.project(event("PointsExpired", { member: hexOf(member), points: 5n }, { time: now }));
    const { entries } = await get("/entries");
    expect(entries.map(({ kind, points }: any) => [kind, points])).to.deep.equal([
      ["expire", -5],
      ["earn", 4],
    ]);
    expect((await get()).balance).to.equal(4);
  });

  it("come in pages that join to the same list, whatever their size", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 0, max: 12 }),
        fc.boolean(),
        async (limit, count, stale) => {
          const { post, get } = opened();
          const period = stale ? 95 : 100;
          for (let n = 1; n <= count; n++) {
            post("PointsEarned", { points: 1n }, accountWord([n], period));
            if (n % 3 === 0) post("MemberFrozen", {}, accountWord([n], period, { frozen: true }));
          }
          const whole = (await get("/entries?limit=200")).entries;
          const joined: unknown[] = [];
          let cursor: string | undefined;
          do {
            const page = await get(`/entries?limit=${limit}${cursor === undefined ? "" : `&cursor=${cursor}`}`);
            expect(page.entries.length).to.be.at.most(limit);
            joined.push(...page.entries);
            cursor = page.cursor;
          } while (cursor !== undefined);
          expect(joined).to.deep.equal(whole);
          const sum = whole.reduce((points: number, entry: any) => points + entry.points, 0);
          expect(sum).to.equal((await get()).balance);
          expect(whole.length).to.equal(count + (stale && count > 0 ? 1 : 0));
        },
      ),
      { numRuns: 40 },
    );
  });

  it("take a limit from 1 to 200 and a cursor of their own", async () => {
    const { call } = opened();
    const status = async (query: string) =>
      (await call("hotel", "GET", `/v1/points/members/${member}/entries?${query}`)).status;
    for (const query of ["limit=1", "limit=200", "other=1", "__proto__=1", ""])
      expect(await status(query), query).to.equal(200);
    const bad = [
      "limit=0",
      "limit=201",
      "limit=-1",
      "limit=1.5",
      "limit=1e2",
      "limit=",
      "limit=x",
      "limit=%zz",
      "cursor=",
      "cursor=%00",
    ];
    for (const query of bad) expect(await status(query), query).to.equal(400);
  });
});
