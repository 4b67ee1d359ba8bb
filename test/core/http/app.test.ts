import { expect } from "chai";
import * as z from "zod";
import { fakeApi } from "./fake-api.ts";
import { createApp } from "../../../lambdas/core/http/app.ts";
import { catalogueOf } from "../../../lambdas/core/http/problem-document.ts";
import { points } from "../../../lambdas/points/scenario.ts";

describe("the API as a whole", () => {
  it("says that it is there", async () => {
    const { call } = fakeApi();
    expect((await call(undefined, "GET", "/healthz")).body).to.deep.equal({ status: "ok" });
  });

  it("answers 404 with a problem for a path that leads nowhere, before it asks who calls", async () => {
    const { call } = fakeApi();
    for (const path of [
      "/",
      "/v1",
      "/v1/points",
      "/v1/points/members/",
      "/v1//points/members",
      "/problems/none",
      "/%zz",
    ]) {
      const answer = await call(undefined, "GET", path);
      expect(answer.status, path).to.equal(404);
      expect(answer.headers.get("content-type")).to.equal("application/problem+json");
      expect(answer.body.type).to.equal("http://api.test/problems/not-found");
    }
  });

  it("answers 405 with Allow for a method that a path does not have", async () => {
    const { call } = fakeApi();
    const id = "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58";
    const allows: [string, string, string][] = [
      ["GET", "/v1/points/earnings", "POST, OPTIONS"],
      ["HEAD", "/v1/points/earnings", "POST, OPTIONS"],
      ["DELETE", "/v1/points/earnings", "POST, OPTIONS"],
      ["POST", `/v1/points/members/${id}`, "GET, HEAD, OPTIONS"],
      ["GET", `/v1/points/members/${id}/freeze`, "PUT, DELETE, OPTIONS"],
      ["PUT", "/v1/points/settlements", "GET, HEAD, POST, OPTIONS"],
      ["PATCH", `/v1/operations/${id}`, "GET, HEAD, OPTIONS"],
      ["POST", "/docs", "GET, HEAD, OPTIONS"],
    ];
    for (const [method, path, allow] of allows) {
      const answer = await call(undefined, method, path);
      expect([answer.status, answer.headers.get("allow")], `${method} ${path}`).to.deep.equal([405, allow]);
      const options = await call(undefined, "OPTIONS", path);
      expect([options.status, options.headers.get("allow")]).to.deep.equal([204, allow]);
    }
  });

  it("allows HEAD where it allows GET, without a body", async () => {
    const { call } = fakeApi();
    const answer = await call("hotel", "HEAD", "/v1/points/settlements");
    expect([answer.status, answer.body]).to.deep.equal([200, ""]);
    expect((await call(undefined, "HEAD", "/v1/points/settlements")).status).to.equal(401);
  });

  it("answers what is our fault with a 500 that says nothing, and logs it without what was sent", async () => {
    const { call, book, failures } = fakeApi();
    book.refusal = new Error("table kapok-core: connection refused at 10.0.0.7");
    const body = { member: "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58", points: 1, reference: "secret note" };
    const answer = await call("hotel", "POST", "/v1/points/earnings", { key: "k", body });
    expect(answer.status).to.equal(500);
    expect(answer.body.type).to.equal("http://api.test/problems/internal-error");
    expect(JSON.stringify(answer.body)).not.to.contain("refused").and.not.to.contain("10.0.0.7");
    expect(failures).to.have.length(1);
    expect(failures[0]).to.include({ method: "POST", path: "/v1/points/earnings", requestId: answer.body.requestId });
    expect(JSON.stringify(failures[0])).not.to.contain("secret").and.not.to.contain("Bearer");
  });

  it("refuses to be made of scenarios that share a problem's name", () => {
    expect(() => catalogueOf([points, points])).to.throw("Two kinds of problem are named");
  });

  it("knows no scenario by name", async () => {
    const problems = { "tree-felled": { ...points.problems["zero-points"]!, status: 410, title: "The tree is gone" } };
    const app = createApp({
      scenarios: [
        {
          ...points,
          name: "trees",
          roles: { "trees:gardener": { scopes: ["trees:read"] } },
          problems,
          routes(api) {
            const [path, name, summary] = ["/leaves", "countLeaves", "Counts leaves"];
            const answer = z.strictObject({ leaves: z.int() });
            const handle = async () => ({ leaves: 7 });
            api.read({ path, name, summary, scopes: ["trees:read"], problems: ["tree-felled"], answer, handle });
          },
        },
      ],
      facadeFor: () => undefined as never,
      authenticate: async () => ({ organisation: "x", client: "x", scopes: new Set(["trees:read"]), expiresAt: 1e12 }),
      apiUrl: "http://api.test",
      version: "0",
      log: () => {},
    });
    const answer = await app.request("/v1/trees/leaves", { headers: { authorization: "Bearer x" } });
    expect(await answer.json()).to.deep.equal({ leaves: 7 });
    expect((await app.request("/problems/tree-felled")).status).to.equal(200);
    expect((await app.request("/problems/zero-points")).status).to.equal(404);
  });
});
