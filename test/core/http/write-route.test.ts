import { expect } from "chai";
import { operationId } from "../../../lambdas/core/operation.ts";
import type { Operation } from "../../../lambdas/core/operation.ts";
import { Problem } from "../../../lambdas/core/problem.ts";
import { fakeApi } from "./fake-api.ts";

const member = "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58";
const body = { member, points: 300, reference: "folio 17" };
const path = "/v1/points/redemptions";
const rejection = { name: "insufficient-points", detail: "The member has 3 points.", balance: 3, points: 300 };

describe("a write", () => {
  it("answers 202 with the operation, whose id the client can compute", async () => {
    const { call } = fakeApi();
    const answer = await call("hotel", "POST", path, { key: "key one", body });
    const id = operationId("hotel", "key one");
    expect(answer.status).to.equal(202);
    expect(answer.headers.get("location")).to.equal(`http://api.test/v1/operations/${id}`);
    expect(answer.headers.has("preference-applied")).to.equal(false);
    const acceptedAt = "1970-01-01T00:00:00.000Z";
    expect(answer.body).to.deep.equal({
      id,
      scenario: "points",
      kind: "redeem",
      status: "accepted",
      acceptedAt,
      request: body,
    });
  });

  it("answers the same operation for the same key and body, and 422 for another body", async () => {
    const { call } = fakeApi();
    const first = await call("hotel", "POST", path, { key: "k", body });
    const again = await call("hotel", "POST", path, { key: "k", body: { ...body, member: member.toUpperCase() } });
    expect(again.body).to.deep.equal(first.body);
    for (const other of [
      { ...body, points: 301 },
      { member, points: 300 },
    ]) {
      const answer = await call("hotel", "POST", path, { key: "k", body: other });
      expect([answer.status, answer.body.type]).to.deep.equal([422, "http://api.test/problems/key-reused"]);
    }
    expect((await call("hotel", "POST", "/v1/points/earnings", { key: "k", body })).status).to.equal(422);
    expect((await call("park", "POST", path, { key: "k", body })).body.id).not.to.equal(first.body.id);
  });

  it("answers 200 for a repeated key when it is final, and says `submitted` in between", async () => {
    const { call, book } = fakeApi();
    const { id } = (await call("hotel", "POST", path, { key: "k", body })).body;
    book.submitted.add(id);
    expect((await call("hotel", "POST", path, { key: "k", body })).body.status).to.equal("submitted");
    book.decide((await book.operation("hotel", id))!, { result: { balance: 5 } });
    const answer = await call("hotel", "POST", path, { key: "k", body });
    expect(answer.status).to.equal(200);
    expect(answer.body).to.deep.include({ status: "final", result: { balance: 5 } });
    expect(answer.body.transaction).to.deep.equal({ hash: "0x01", blockNumber: 7, logIndex: 2 });
  });

  it("answers 409 with problem and operation when it is rejected, with and without Prefer", async () => {
    const { call, book } = fakeApi();
    const { id } = (await call("hotel", "POST", path, { key: "k", body })).body;
    book.decide((await book.operation("hotel", id))!, { status: "rejected", problem: rejection });
    for (const headers of [{}, { prefer: "wait=5" }] as Record<string, string>[]) {
      const answer = await call("hotel", "POST", path, { key: "k", body, headers });
      expect(answer.status).to.equal(409);
      expect(answer.headers.get("content-type")).to.equal("application/problem+json");
      const problem = {
        type: "http://api.test/problems/insufficient-points",
        title: "The member does not have that many points",
        status: 409,
        detail: "The member has 3 points.",
        balance: 3,
        points: 300,
      };
      const { operation, ...document } = answer.body;
      expect(document).to.deep.equal(problem);
      expect(operation).to.deep.include({ id, status: "rejected", problem });
    }
  });

  it("waits when asked to, and says so only when the wait was met", async () => {
    const { call, book } = fakeApi();
    const headers = { prefer: "wait=1" };
    const open = await call("hotel", "POST", path, { key: "open", body, headers });
    expect([open.status, open.headers.get("preference-applied")]).to.deep.equal([202, null]);

    book.whenAwaited = (operation: Operation) => book.decide(operation, { result: {} });
    const final = await call("hotel", "POST", path, { key: "final", body, headers });
    expect([final.status, final.headers.get("preference-applied")]).to.deep.equal([200, "wait=1"]);

    book.whenAwaited = (operation) => book.decide(operation, { status: "rejected", problem: rejection });
    const rejected = await call("hotel", "POST", path, { key: "rejected", body, headers });
    expect([rejected.status, rejected.headers.get("preference-applied")]).to.deep.equal([409, "wait=1"]);
  });

  it("answers 201 where the operation's id names what it makes, open and final, and 409 when rejected", async () => {
    const { call, book } = fakeApi();
    const request = { key: "guest", body: {} };
    const open = await call("hotel", "POST", "/v1/points/members", request);
    expect(open.status).to.equal(201);
    expect(open.body.id).to.equal(operationId("hotel", "guest"));
    expect(open.body.operation).to.deep.include({ id: open.body.id, kind: "enrol", status: "accepted" });

    const operation = (await book.operation("hotel", open.body.id))!;
    book.decide(operation, { result: { member: open.body.id } });
    const final = await call("hotel", "POST", "/v1/points/members", request);
    expect([final.status, final.body.operation.status]).to.deep.equal([201, "final"]);

    book.decide(operation, { status: "rejected", problem: { name: "member-exists", detail: "It was." } });
    const rejected = await call("hotel", "POST", "/v1/points/members", request);
    expect([rejected.status, rejected.body.title]).to.deep.equal([409, "There is a member with this id already"]);
  });

  it("takes any key of 1 to 255 printable ASCII characters, literally", async () => {
    const { call } = fakeApi();
    const good = ["a", "!", "~", '"quoted"', "with inner space", "a,b;c=d", "x".repeat(255), "%41"];
    for (const key of good) {
      const answer = await call("hotel", "POST", path, { key, body });
      expect([answer.status, answer.body.id], key).to.deep.equal([202, operationId("hotel", key)]);
    }
  });

  it("refuses any other key", async () => {
    const { call, book } = fakeApi();
    for (const key of [undefined, "", "  ", "x".repeat(256), "é", "a\tb", "ÿ"]) {
      const answer = await call("hotel", "POST", path, { ...(key === undefined ? {} : { key }), body });
      const type = "http://api.test/problems/idempotency-key-missing";
      expect([answer.status, answer.body.type], JSON.stringify(key)).to.deep.equal([400, type]);
    }
    expect(book.operations.size).to.equal(0);
  });

  it("checks who calls before what is sent", async () => {
    const { call } = fakeApi();
    const bad = { text: "{", headers: { "content-type": "text/plain" } };
    expect((await call(undefined, "POST", path, bad)).status).to.equal(401);
    expect((await call("nobody", "POST", path, bad)).status).to.equal(403);
    expect((await call("hotel", "POST", path, bad)).status).to.equal(415);
  });

  it("passes on what accepting answers, with its headers", async () => {
    const { call, book } = fakeApi();
    book.refusal = new Problem("too-many-requests", "50000 wait.", { waiting: 50_000 }, { "Retry-After": "5" });
    const answer = await call("hotel", "POST", path, { key: "k", body });
    expect([answer.status, answer.headers.get("retry-after"), answer.body.waiting]).to.deep.equal([429, "5", 50_000]);
    book.refusal = new Problem("learning-from-chain", "Wait.", {}, { "Retry-After": "2" });
    expect((await call("hotel", "POST", path, { key: "k", body })).status).to.equal(503);
  });
});

describe("a body", () => {
  const sent = async (text: string | Uint8Array, headers: Record<string, string> = {}) => {
    const { call, book } = fakeApi();
    const answer = await call("hotel", "POST", path, { key: "k", text, headers });
    if (answer.status !== 202) expect(book.operations.size).to.equal(0);
    return answer;
  };
  const withPoints = (points: string) => `{"member":"${member}","points":${points}}`;

  it("has points from 1 to 4294967295, whole", async () => {
    for (const points of ["1", "4294967295", "1.0", "3e2"]) {
      expect((await sent(withPoints(points))).status, points).to.equal(202);
    }
    const bad = ["0", "-0", "-1", "1.5", "4294967296", "1e309", "-1e309", "9007199254740991", "9007199254740993"];
    for (const points of [...bad, `${2n ** 256n}`, "NaN", "Infinity", '"1"', "true", "null", "[1]", "{}"]) {
      expect((await sent(withPoints(points))).status, points).to.equal(400);
    }
  });

  it("names every error and where it is", async () => {
    const answer = await sent('{"member":"guest 7","points":0,"nickname":"x"}');
    expect(answer.body.type).to.equal("http://api.test/problems/invalid-request");
    expect(answer.body.errors.map((error: any) => error.path)).to.deep.equal(["member", "points", ""]);
    expect(answer.body.errors[2].message).to.contain("nickname");
  });

  it("has a reference of 1 to 200 characters, counted as characters", async () => {
    const referring = (reference: unknown) => JSON.stringify({ ...body, reference });
    for (const reference of ["x", "木".repeat(200), "🌺".repeat(200)]) {
      expect((await sent(referring(reference))).status).to.equal(202);
    }
    for (const reference of ["", "x".repeat(201), "🌺".repeat(201), 7, null]) {
      expect((await sent(referring(reference))).status).to.equal(400);
    }
  });

  it("is JSON in UTF-8, said so, and not encoded", async () => {
    const text = JSON.stringify(body);
    const typed = (type: string) => sent(text, { "content-type": type });
    for (const type of [
      "application/json; charset=utf-8",
      'Application/JSON;charset="UTF-8"',
      "application/json;v=1",
    ]) {
      expect((await typed(type)).status, type).to.equal(202);
    }
    for (const type of ["text/plain", "application/json; charset=latin1", "application/jsonp", "multipart/form-data"]) {
      expect((await typed(type)).status, type).to.equal(415);
    }
    expect((await sent(text, { "content-encoding": "identity" })).status).to.equal(202);
    expect((await sent(new Uint8Array([31, 139, 8, 0]), { "content-encoding": "gzip" })).status).to.equal(415);
    expect((await sent(new Uint8Array([0x22, 0xff, 0x22]))).status).to.equal(400);
  });

  it("is an object of the schema and nothing else", async () => {
    const texts = [
      "",
      "{",
      "null",
      "[]",
      "7",
      '"x"',
      '{"__proto__":{"points":1}}',
      '{"constructor":{}}',
      "[".repeat(99),
    ];
    for (const text of texts) {
      expect((await sent(text)).status, text).to.equal(400);
    }
    expect(({} as any).points).to.equal(undefined);
  });

  it("has at most a mebibyte, announced or not", async () => {
    const { app } = fakeApi();
    const headers = { authorization: "Bearer hotel", "content-type": "application/json", "idempotency-key": "k" };
    const announced = { ...headers, "content-length": "1048577" };
    expect((await app.request(path, { method: "POST", headers: announced, body: "{}" })).status).to.equal(413);
    let given = 0;
    const endless = new ReadableStream({
      pull(controller) {
        given += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
      },
    });
    const streamed = { method: "POST", headers, body: endless, duplex: "half" } as RequestInit;
    expect((await app.request(path, streamed)).status).to.equal(413);
    expect(given).to.be.below(2 * 1024 * 1024);
  });

  it("may be missing only where nothing in it is required", async () => {
    const { call } = fakeApi();
    expect((await call("hotel", "POST", path, { key: "a" })).status).to.equal(400);
    expect((await call("hotel", "POST", "/v1/points/members", { key: "b" })).status).to.equal(201);
    expect((await call("operator", "POST", "/v1/points/settlements", { key: "c" })).status).to.equal(202);
    expect((await call("operator", "POST", "/v1/points/settlements", { key: "c", text: "{}" })).status).to.equal(202);
    expect((await call("operator", "POST", "/v1/points/settlements", { key: "d", text: '{"a":1}' })).status).to.equal(
      400,
    );
  });
});
