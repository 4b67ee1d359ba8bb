import { expect } from "chai";
import { SignJWT } from "jose";
import { accessTokens } from "../../../lambdas/core/http/access-token.ts";
import { identify, permit, remembering } from "../../../lambdas/core/http/identity.ts";
import type { Identity } from "../../../lambdas/core/http/identity.ts";
import { Problem } from "../../../lambdas/core/problem.ts";

const soon = () => Math.floor(Date.now() / 1000) + 60;
const hotel = (expiresAt = soon()): Identity => ({
  organisation: "hotel",
  client: "front-desk",
  scopes: new Set(["points:write", "points:read"]),
  expiresAt,
});

async function problemOf(work: () => unknown): Promise<Problem> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("no problem was thrown");
}

describe("who calls", () => {
  it("is what the bearer token says", async () => {
    const identity = hotel();
    expect(await identify("Bearer abc.def", async () => identity)).to.equal(identity);
    expect(await identify("bearer  abc", async () => identity)).to.equal(identity);
  });

  it("is asked for with a challenge", async () => {
    for (const header of [undefined, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer é"]) {
      const problem = await problemOf(() => identify(header, async () => hotel()));
      expect(problem.problem).to.equal("unauthorized");
      expect(problem.headers["WWW-Authenticate"]).to.equal('Bearer realm="kapok"');
    }
    const problem = await problemOf(() => identify("Bearer old", async () => undefined));
    expect(problem.headers["WWW-Authenticate"]).to.contain('error="invalid_token"');
  });

  it("needs one of the scopes", async () => {
    permit(hotel(), ["points:admin", "points:read"]);
    const problem = await problemOf(() => permit(hotel(), ["points:admin"]));
    expect(problem.problem).to.equal("forbidden");
    expect(problem.extensions).to.deep.equal({ scope: "points:admin" });
    expect(problem.headers["WWW-Authenticate"]).to.contain('scope="points:admin"');
  });
});

describe("remembering tokens", () => {
  it("verifies a token once while it lives", async () => {
    let verified = 0;
    const authenticate = remembering(async (token) => (verified++, token === "good" ? hotel() : undefined));
    await authenticate("good");
    await authenticate("good");
    expect(verified).to.equal(1);
    await authenticate("bad");
    await authenticate("bad");
    expect(verified).to.equal(3);
  });

  it("forgets a token that expired", async () => {
    let verified = 0;
    const authenticate = remembering(async () => (verified++, hotel(1)));
    await authenticate("short");
    await authenticate("short");
    expect(verified).to.equal(2);
  });

  it("remembers no more tokens than its limit", async () => {
    let verified = 0;
    const authenticate = remembering(async () => (verified++, hotel()), 2);
    for (const token of ["a", "b", "c", "a"]) await authenticate(token);
    expect(verified).to.equal(4);
    await authenticate("c");
    expect(verified).to.equal(4);
  });
});

describe("access tokens of one machine", () => {
  const secret = new Uint8Array(32).fill(7);
  const tokens = accessTokens(secret, "http://api.test");

  it("say who they were issued to", async () => {
    const identity = hotel();
    expect(await tokens.authenticate(await tokens.issue(identity))).to.deep.equal(identity);
  });

  it("are refused when expired, foreign, altered or unsigned", async () => {
    const good = await tokens.issue(hotel());
    const [head, , signature] = good.split(".");
    const claims = Buffer.from(JSON.stringify({ organisation: "park", scope: "points:admin" })).toString("base64url");
    const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
    const bad = [
      await tokens.issue(hotel(1)),
      await accessTokens(new Uint8Array(32).fill(8), "http://api.test").issue(hotel()),
      await accessTokens(secret, "http://other.test").issue(hotel()),
      await new SignJWT({ scope: "points:admin" })
        .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
        .setIssuer("http://api.test")
        .setSubject("x")
        .setExpirationTime(soon())
        .sign(secret),
      `${head}.${claims}.${signature}`,
      `${none}.${claims}.`,
      "not a token",
      "",
    ];
    for (const token of bad) expect(await tokens.authenticate(token), token).to.equal(undefined);
  });
});
