import { expect } from "chai";
import { operationId } from "../../lambdas/core/operation.ts";
import * as schemas from "../../lambdas/points/schemas.ts";
import { fakeApi } from "../core/http/fake-api.ts";

const member = "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58";
const path = "/v1/points/batches";
const entry = (key: string, points = 1, kind = "earn", more = {}) => ({ key, kind, member, points, ...more });

describe("a batch", () => {
  it("accepts each entry under its own key, in order", async () => {
    const { call, book } = fakeApi();
    const body = { operations: [entry("b", 2, "redeem"), entry("a", 1, "earn", { reference: "x" })] };
    const answer = await call("hotel", "POST", path, { body });
    schemas.batchAnswer.parse(answer.body);
    expect(answer.status).to.equal(202);
    expect(answer.body).to.deep.equal({
      operations: [
        { key: "b", id: operationId("hotel", "b"), status: "accepted" },
        { key: "a", id: operationId("hotel", "a"), status: "accepted" },
      ],
    });
    const stored = await book.operation("hotel", operationId("hotel", "a"));
    expect(stored).to.deep.include({ kind: "earn", request: { member, points: 1, reference: "x" } });
  });

  it("completes when it is sent again, and says what became of each", async () => {
    const { call, book } = fakeApi();
    await call("hotel", "POST", path, { body: { operations: [entry("a")] } });
    book.decide((await book.operation("hotel", operationId("hotel", "a")))!, {});
    const answer = await call("hotel", "POST", path, { body: { operations: [entry("a"), entry("b")] } });
    expect(answer.body.operations.map(({ status }: any) => status)).to.deep.equal(["final", "accepted"]);
  });

  it("shares its keys with the header: the same kind and values are the same body", async () => {
    const { call } = fakeApi();
    const single = await call("hotel", "POST", "/v1/points/earnings", { key: "k", body: { member, points: 1 } });
    const again = await call("hotel", "POST", path, { body: { operations: [entry("k")] } });
    expect(again.body.operations[0].id).to.equal(single.body.id);
    expect((await call("hotel", "POST", path, { body: { operations: [entry("k", 1, "redeem")] } })).status).to.equal(
      422,
    );
  });

  it("takes a key twice with the same content as one operation", async () => {
    const { call, book } = fakeApi();
    const answer = await call("hotel", "POST", path, { body: { operations: [entry("k"), entry("j"), entry("k")] } });
    const [first, , last] = answer.body.operations;
    expect([answer.status, first, book.operations.size]).to.deep.equal([202, last, 2]);
  });

  it("refuses keys with another content, with the index of each, and stores nothing", async () => {
    const { call, book } = fakeApi();
    await call("hotel", "POST", "/v1/points/earnings", { key: "used", body: { member, points: 9 } });
    const operations = [entry("a"), entry("used"), entry("b"), entry("a", 2)];
    const answer = await call("hotel", "POST", path, { body: { operations } });
    expect(answer.status).to.equal(422);
    expect(answer.body.errors.map(({ index }: any) => index)).to.have.members([1, 3]);
    expect(book.operations.size).to.equal(1);
  });

  it("refuses bad entries, with the index of each, and stores nothing", async () => {
    const { call, book } = fakeApi();
    const operations = [
      entry("a"),
      entry("b", 0),
      entry(""),
      entry("d", 1, "reverse"),
      { ...entry("e"), member: "guest" },
      { ...entry("f"), colour: "red" },
      null,
      entry("é"),
    ];
    const answer = await call("hotel", "POST", path, { body: { operations } });
    expect(answer.status).to.equal(400);
    expect(answer.body.errors.map(({ index }: any) => index)).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    expect(answer.body.errors[0].path).to.equal("operations.1.points");
    expect(book.operations.size).to.equal(0);
  });

  it("has 1 to 1,000 entries", async () => {
    const { call } = fakeApi();
    const status = async (count: number) => {
      const operations = Array.from({ length: count }, (_, n) => entry(`key ${n}`));
      return (await call("hotel", "POST", path, { body: { operations } })).status;
    };
    expect([await status(0), await status(1), await status(1000), await status(1001)]).to.deep.equal([
      400, 202, 202, 400,
    ]);
  });
});
