import { expect } from "chai";
import { operationId } from "../../lambdas/core/operation.ts";
import { callers, fakeApi } from "../core/http/fake-api.ts";
import { accountWord } from "./account-word.ts";
import { event, hexOf, programme } from "./events.ts";

const member = "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58";
const settlement = "11111111-2222-8333-9444-555555555555";

/** An API with a member, a settlement, and an earning of the hotel that can be reversed. */
function stocked() {
  const api = fakeApi();
  const { book } = api;
  book.now = programme;
  book.time = Math.floor(Date.now() / 1000);
  book.members = ["hotel", "park", "operator"];
  const account = accountWord([], 0);
  book.project(event("MemberEnrolled", { operation: hexOf(member), account }));
  book.project(event("SettlementClosed", { operation: hexOf(settlement), settlement: 1n, statements: 0, reserve: 0n }));
  const earning = { organisation: "hotel", id: operationId("hotel", "earned"), scenario: "points", kind: "earn" };
  const details = "00".repeat(24);
  book.decide(earning, { kind: "earn", proof: { batch: 1, index: 0, code: 2, details } });
  return { ...api, original: earning.id };
}

const original = operationId("hotel", "earned");
const posting = { member, points: 5 };
const entry = { key: "in a batch", kind: "earn", ...posting };

/** Every route, with what it answers to whom. Callers that are not named are answered 403; nobody at all is answered 401. */
const routes: [string, string, unknown, Record<string, number>][] = [
  ["POST", "/members", {}, { hotel: 201, park: 201 }],
  ["GET", `/members/${member}`, undefined, { hotel: 200, park: 200, operator: 200, reader: 200 }],
  ["GET", `/members/${member}/entries`, undefined, { hotel: 200, park: 200, operator: 200, reader: 200 }],
  ["PUT", `/members/${member}/freeze`, undefined, { operator: 202 }],
  ["DELETE", `/members/${member}/freeze`, undefined, { operator: 202 }],
  ["POST", "/earnings", posting, { hotel: 202, park: 202 }],
  ["POST", "/redemptions", posting, { hotel: 202, park: 202 }],
  ["POST", "/reversals", { operation: original }, { hotel: 202, park: 404 }],
  ["POST", "/batches", { operations: [entry] }, { hotel: 202, park: 202 }],
  ["GET", "/positions", undefined, { hotel: 200, park: 200, operator: 200, reader: 200 }],
  ["POST", "/settlements", undefined, { operator: 202 }],
  ["GET", "/settlements", undefined, { hotel: 200, park: 200, operator: 200, reader: 200 }],
  ["GET", `/settlements/${settlement}`, undefined, { hotel: 200, park: 200, operator: 200, reader: 200 }],
];

describe("every route of points", () => {
  for (const [method, path, body, answers] of routes) {
    describe(`${method} ${path.replaceAll(/[0-9a-f-]{36}/g, "{id}")}`, () => {
      for (const who of [...Object.keys(callers), undefined]) {
        const status = who === undefined ? 401 : (answers[who] ?? 403);
        it(`answers ${status} to ${who ?? "nobody"}`, async () => {
          const { call, book } = stocked();
          const before = book.operations.size;
          const answer = await call(who, method, `/v1/points${path}`, { key: "k", body });
          expect(answer.status).to.equal(status);
          if (status >= 400) expect(answer.headers.get("content-type")).to.equal("application/problem+json");
          if (status >= 400 || method === "GET") expect(book.operations.size).to.equal(before);
          else expect(book.operations.size).to.equal(before + 1);
        });
      }

      if (/[0-9a-f-]{36}/.test(path)) {
        it("answers 404 to an id that is none", async () => {
          const { call } = stocked();
          const who = answers["operator"] ? "operator" : "hotel";
          for (const id of ["7", "x".repeat(36), "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a5g", "%00", "%zz", "..%2f.."]) {
            const bad = `/v1/points${path.replaceAll(/[0-9a-f-]{36}/g, id)}`;
            expect((await call(who, method, bad, { key: "k", body })).status, id).to.equal(404);
          }
        });
      }

      if (body !== undefined) {
        it("answers 400 to a field that it does not know", async () => {
          const { call, book } = stocked();
          const before = book.operations.size;
          const answer = await call("hotel", method, `/v1/points${path}`, {
            key: "k",
            body: { ...body, colour: "red" },
          });
          expect([answer.status, book.operations.size]).to.deep.equal([400, before]);
        });
      }
    });
  }
});

describe("freezing", () => {
  it("keeps and compares the member that the path names", async () => {
    const { call } = stocked();
    const frozen = await call("operator", "PUT", `/v1/points/members/${member.toUpperCase()}/freeze`, { key: "k" });
    expect(frozen.body).to.deep.include({ kind: "freeze", request: { member } });
    const other = await call("operator", "PUT", `/v1/points/members/${settlement}/freeze`, { key: "k" });
    expect(other.status).to.equal(422);
    const unfrozen = await call("operator", "DELETE", `/v1/points/members/${member}/freeze`, { key: "k" });
    expect(unfrozen.status).to.equal(422);
  });
});

describe("reversing", () => {
  it("is refused before anything is accepted while the original is open, and the key is not used up", async () => {
    const { call, book } = stocked();
    const { id } = (await call("hotel", "POST", "/v1/points/earnings", { key: "open", body: posting })).body;
    const request = { key: "reversal", body: { operation: id } };
    const early = await call("hotel", "POST", "/v1/points/reversals", request);
    expect([early.status, early.body.type]).to.deep.equal([409, "http://api.test/problems/original-not-final"]);
    expect(await book.operation("hotel", operationId("hotel", "reversal"))).to.equal(undefined);

    const proof = { batch: 1, index: 0, code: 2, details: "00".repeat(24) };
    book.decide((await book.operation("hotel", id))!, { kind: "earn", proof });
    const later = await call("hotel", "POST", "/v1/points/reversals", request);
    expect([later.status, later.body.request]).to.deep.equal([202, { operation: id }]);
  });

  it("is answered from its key first, whatever became of the original", async () => {
    const { call, book, original: earned } = stocked();
    const request = { key: "reversal", body: { operation: earned, points: 2 } };
    const first = await call("hotel", "POST", "/v1/points/reversals", request);
    book.operations.delete(`hotel ${earned}`);
    const again = await call("hotel", "POST", "/v1/points/reversals", request);
    expect([again.status, again.body]).to.deep.equal([202, first.body]);
  });

  it("is refused for what cannot be reversed", async () => {
    const { call } = stocked();
    const { id } = (await call("hotel", "POST", "/v1/points/members", { key: "guest", body: {} })).body;
    const answer = await call("hotel", "POST", "/v1/points/reversals", { key: "k", body: { operation: id } });
    expect([answer.status, answer.body.type]).to.deep.equal([409, "http://api.test/problems/not-reversible"]);
  });
});
