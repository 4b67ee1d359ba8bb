import { expect } from "chai";
import { operationId } from "../../../lambdas/core/operation.ts";
import { fakeApi } from "./fake-api.ts";

const body = { member: "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58", points: 300, reference: "folio 17" };

async function posted() {
  const api = fakeApi();
  api.book.members = ["park", "hotel", "operator"];
  const { id } = (await api.call("hotel", "POST", "/v1/points/earnings", { key: "k", body })).body;
  return { ...api, id, path: `/v1/operations/${id}` };
}

describe("GET of an operation", () => {
  it("shows its writer all of it, reference included", async () => {
    const { call, path, id } = await posted();
    const answer = await call("hotel", "GET", path);
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.include({ id, kind: "earn", status: "accepted", request: body });
  });

  it("shows the operator all but the reference", async () => {
    const { call, path } = await posted();
    const answer = await call("operator", "GET", path);
    expect(answer.status).to.equal(200);
    expect(answer.body.request).to.deep.equal({ member: body.member, points: 300 });
  });

  it("shows the operator the one that was accepted here, whoever put the same id on the chain", async () => {
    const { call, book, path, id } = await posted();
    const transaction = { hash: "0x1", blockNumber: 9, logIndex: 0 };
    const decision = { status: "rejected" as const, problem: { name: "void-operation", detail: "x" }, transaction };
    book.put({ organisation: "another", id, scenario: "points", decision: { ...decision, decidedAt: "" } });
    book.members = ["another", ...book.members];
    expect((await call("operator", "GET", path)).body.status).to.equal("accepted");
    expect((await call("operator", "GET", `${path}?organisation=another`)).body.status).to.equal("rejected");
    expect((await call("operator", "GET", `${path}?organisation=park`)).status).to.equal(404);
    expect((await call("hotel", "GET", `${path}?organisation=another`)).status).to.equal(404);
    expect((await call("hotel", "GET", `${path}?organisation=not%20one`)).status).to.equal(400);
  });

  it("shows another organisation nothing", async () => {
    const { call, path } = await posted();
    for (const [who, where] of [
      ["park", path],
      ["hotel", `/v1/operations/${operationId("hotel", "other")}`],
      ["operator", `/v1/operations/${operationId("hotel", "other")}`],
      ["hotel", "/v1/operations/7"],
    ] as const) {
      const answer = await call(who, "GET", where);
      expect([answer.status, answer.body.type], who).to.deep.equal([404, "http://api.test/problems/not-found"]);
    }
  });

  it("needs a token that may read", async () => {
    const { call, path } = await posted();
    expect((await call(undefined, "GET", path)).status).to.equal(401);
    expect((await call("stranger", "GET", path)).status).to.equal(401);
    expect((await call("nobody", "GET", path)).status).to.equal(403);
    expect((await call("reader", "GET", path)).status).to.equal(200);
  });

  it("answers 200 for a rejected one, with its problem as a whole", async () => {
    const { call, book, id, path } = await posted();
    const problem = { name: "daily-cap-exceeded", detail: "Too much.", cap: 100, issuedToday: 0 };
    book.decide((await book.operation("hotel", id))!, { status: "rejected", problem });
    const answer = await call("hotel", "GET", path);
    expect(answer.status).to.equal(200);
    expect(answer.body.problem).to.deep.equal({
      type: "http://api.test/problems/daily-cap-exceeded",
      title: "Your organisation would issue more than its daily cap",
      status: 409,
      detail: "Too much.",
      cap: 100,
      issuedToday: 0,
    });
  });

  it("shows what was learned from the chain without what the chain does not hold", async () => {
    const { call, book } = fakeApi();
    const id = operationId("hotel", "before the backup");
    const learned = { organisation: "hotel", id, scenario: "points" };
    book.decide(learned, { kind: "earn", result: { points: 1 } });
    const final = await call("hotel", "GET", `/v1/operations/${id}`);
    const transaction = { hash: "0x01", blockNumber: 7, logIndex: 2 };
    expect(final.body).to.deep.equal({
      id,
      scenario: "points",
      kind: "earn",
      status: "final",
      result: { points: 1 },
      transaction,
    });

    book.decide(learned, { status: "rejected", problem: { name: "from-a-later-kapok", detail: "New." } });
    const rejected = await call("hotel", "GET", `/v1/operations/${id}`);
    expect(rejected.body.problem).to.include({ status: 409, title: "from-a-later-kapok" });
    expect(rejected.body).not.to.have.property("kind");
  });
});
