import { expect } from "chai";
import { apiFunction } from "../../../lambdas/core/functions/api-function.ts";
import { digest } from "../../../lambdas/core/functions/origin-secrets.ts";
import type { Answer } from "../../../lambdas/core/functions/through-edge.ts";
import { isOneOf, throughEdge } from "../../../lambdas/core/functions/through-edge.ts";
import { scenarios } from "../../../lambdas/scenarios.ts";
import { tableNames } from "../../../lambdas/core/kapok.ts";
import { FakeCloud } from "./fake-cloud.ts";
import { linesOf } from "./lines-of.ts";

const request = (headers: Record<string, string>, path = "/healthz") => ({
  version: "2.0",
  rawPath: path,
  rawQueryString: "",
  headers,
  requestContext: { http: { method: "GET", path }, domainName: "gateway.test" },
  isBase64Encoded: false,
});

describe("A function behind the edge", function () {
  this.timeout(20_000);
  const environment = { ...process.env };
  let cloud: FakeCloud;
  const lines: unknown[] = [];
  let restore: () => void;

  before(async () => {
    cloud = await FakeCloud.start();
    Object.assign(process.env, cloud.environment("http://127.0.0.1:1"), {
      DEPLOYMENT: "test",
      TABLES: JSON.stringify(tableNames("test", scenarios)),
      API_URL: "https://edge.test",
      TOKEN_URL: "https://tokens.test",
      TOKEN_ISSUER: cloud.issuer,
      LONGEST_WAIT_SECONDS: "0",
      VERSION: "0",
    });
    for (const number of [1, 2, 3, 4]) cloud.secrets.set(`test-origin-${number}`, `secret-${number}`);
    restore = linesOf((line) => lines.push(line));
  });
  after(() => {
    restore();
    process.env = environment;
    cloud.stop();
  });

  /** Makes a function that accepts secrets of these numbers; none where it has no edge. */
  function made(...numbers: number[]): (headers: Record<string, string>, path?: string) => Promise<any> {
    if (numbers.length === 0) delete process.env["ORIGIN_SECRETS"];
    else process.env["ORIGIN_SECRETS"] = numbers.map((number) => `test-origin-${number}`).join();
    const answer = apiFunction("api", scenarios);
    return (headers, path) => answer(request(headers, path) as never, undefined) as Promise<any>;
  }

  it("answers what brings the secret that is sent, the one before it and the one after it", async () => {
    const answer = made(1, 2, 3);
    for (const number of [1, 2, 3]) {
      expect((await answer({ "x-origin-secret": `secret-${number}` })).statusCode).to.equal(200);
    }
    expect((await answer({ "x-origin-secret": "secret-4" })).statusCode).to.equal(403);
  });

  it("says nothing to anybody else, on any path, as a problem document", async () => {
    const answer = made(1, 2);
    const wrong = ["", "secret", "secret-1 ", "secret-1,secret-1", "SECRET-1", "é", "x".repeat(10_000)];
    for (const path of ["/healthz", "/docs", "/openapi.json", "/v1/points/members", "/nowhere"]) {
      for (const headers of [{}, ...wrong.map((secret) => ({ "x-origin-secret": secret }))]) {
        const { statusCode, headers: answered, body } = await answer(headers, path);
        expect([statusCode, answered["content-type"], answered["cache-control"]]).to.deep.equal([
          403,
          "application/problem+json",
          "no-store",
        ]);
        expect(JSON.parse(body)).to.deep.equal({ type: "about:blank", title: "Forbidden", status: 403 });
      }
    }
  });

  it("asks for another time where no secret can be read, and says why in the log only", async () => {
    const answer = made(8, 9);
    for (const number of [8, 9]) cloud.secrets.set(`test-origin-${number}`, { error: "AccessDeniedException" });
    lines.length = 0;
    const { statusCode, headers, body } = await answer({ "x-origin-secret": "secret-8" });
    expect([statusCode, headers["retry-after"]]).to.deep.equal([503, "2"]);
    expect(JSON.parse(body)).to.deep.equal({ type: "about:blank", title: "Service Unavailable", status: 503 });
    expect(lines).to.have.length(1);
    expect(JSON.stringify(lines)).to.include("origin-secrets-unread").and.not.include("secret-8");
  });

  it("hands the secret on to nobody", async () => {
    let seen: unknown;
    const inner = (async ({ headers }: { headers: unknown }) => (seen = headers)) as unknown as Answer;
    const answer = throughEdge(inner, async () => [digest("secret")]);
    await answer(request({ "x-origin-secret": "secret", accept: "*/*" }) as never);
    expect(seen).to.deep.equal({ accept: "*/*" });
  });

  it("is as it ever was where there is no edge, and reads no secret", async () => {
    cloud.secrets.clear();
    const answer = made();
    expect((await answer({})).statusCode).to.equal(200);
    expect((await answer({ "x-origin-secret": "anything" })).statusCode).to.equal(200);
  });
});

describe("A secret that a request brings", () => {
  /** Secrets that notice how many of them are looked at. */
  class Watched extends Array<Buffer> {
    looks = 0;

    override *[Symbol.iterator](): ArrayIterator<Buffer> {
      for (let index = 0; index < this.length; index++) {
        this.looks++;
        yield this[index]!;
      }
      return undefined;
    }
  }
  const watched = () => Object.assign(new Watched(), [digest("one"), digest("two"), digest("three")]);

  for (const [given, found] of [
    ["one", true],
    ["two", true],
    ["three", true],
    ["none", false],
    ["", false],
  ] as const) {
    it(`is compared with all that are accepted, so that time tells nothing: ${given || "no secret"}`, () => {
      const secrets = watched();
      expect(isOneOf(given, secrets)).to.equal(found);
      expect(secrets.looks).to.equal(3);
    });
  }

  it("is compared as a hash, so that its length tells nothing and no length throws", () => {
    for (const length of [0, 1, 31, 32, 33, 100_000]) expect(isOneOf("x".repeat(length), watched())).to.equal(false);
    expect(isOneOf("x", [])).to.equal(false);
  });
});
