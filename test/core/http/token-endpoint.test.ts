import { expect } from "chai";
import { Hono } from "hono";
import { accessTokens } from "../../../lambdas/core/http/access-token.ts";
import { answerToken, hashSecret } from "../../../lambdas/core/http/token-endpoint.ts";

const client = {
  clientId: "hotel:front desk",
  secretHash: hashSecret("s3cr+t/木棉"),
  organisation: "hotel",
  scopes: ["points:write", "points:read"],
};
const tokens = accessTokens(new Uint8Array(32).fill(1), "http://api.test");

const app = new Hono();
app.post("/oauth2/token", (context) =>
  answerToken(context, {
    issue: tokens.issue,
    findClient: async (id) => (id === client.clientId ? client : undefined),
  }),
);

async function ask(form: string | Record<string, string>, headers: Record<string, string> = {}) {
  const body = typeof form === "string" ? form : new URLSearchParams(form).toString();
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const answer = await app.request("/oauth2/token", { method: "POST", body, headers: { ...type, ...headers } });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as any };
}

const granted = { grant_type: "client_credentials" };
const inBody = { ...granted, client_id: client.clientId, client_secret: "s3cr+t/木棉" };
const basic = (id: string, secret: string) => {
  const encoded = [id, secret].map((part) => encodeURIComponent(part)).join(":");
  return { authorization: `Basic ${Buffer.from(encoded).toString("base64")}` };
};

describe("the token endpoint", () => {
  it("gives a token to a client that names itself in the body", async () => {
    const { status, headers, body } = await ask(inBody);
    expect(status).to.equal(200);
    expect(headers.get("cache-control")).to.equal("no-store");
    expect(body).to.include({ token_type: "Bearer", expires_in: 3600, scope: "points:write points:read" });
    const identity = (await tokens.authenticate(body.access_token))!;
    expect(identity.organisation).to.equal("hotel");
    expect([...identity.scopes]).to.deep.equal(client.scopes);
  });

  it("gives a token to a client that names itself by HTTP Basic, form encoded", async () => {
    const { status, body } = await ask(granted, basic(client.clientId, "s3cr+t/木棉"));
    expect(status).to.equal(200);
    expect(body.access_token).to.be.a("string");
    const same = await ask({ ...granted, client_id: client.clientId }, basic(client.clientId, "s3cr+t/木棉"));
    expect(same.status).to.equal(200);
  });

  it("narrows the scope when asked", async () => {
    const { body } = await ask({ ...inBody, scope: "points:read" });
    expect(body.scope).to.equal("points:read");
    expect([...(await tokens.authenticate(body.access_token))!.scopes]).to.deep.equal(["points:read"]);
  });

  const refusals: [string, number, string, () => ReturnType<typeof ask>][] = [
    ["a wrong secret", 401, "invalid_client", () => ask({ ...inBody, client_secret: "wrong" })],
    ["an unknown client", 401, "invalid_client", () => ask({ ...inBody, client_id: "nobody" })],
    ["no client at all", 401, "invalid_client", () => ask(granted)],
    ["a client without a secret", 401, "invalid_client", () => ask({ ...granted, client_id: client.clientId })],
    ["a wrong secret by Basic", 401, "invalid_client", () => ask(granted, basic(client.clientId, "wrong"))],
    ["a Basic header that is none", 401, "invalid_client", () => ask(granted, { authorization: "Basic !!!" })],
    ["a Bearer header", 401, "invalid_client", () => ask(granted, { authorization: "Bearer abc" })],
    ["bad percent encoding", 401, "invalid_client", () => ask(granted, { authorization: `Basic ${btoa("%zz:%")}` })],
    ["two ways to name the client", 400, "invalid_request", () => ask(inBody, basic(client.clientId, "s3cr+t/木棉"))],
    ["another grant type", 400, "unsupported_grant_type", () => ask({ ...inBody, grant_type: "password" })],
    ["no grant type", 400, "invalid_request", () => ask({ client_id: "x", client_secret: "y" })],
    ["a parameter twice", 400, "invalid_request", () => ask(`${new URLSearchParams(inBody)}&scope=a&scope=b`)],
    ["a scope that the client lacks", 400, "invalid_scope", () => ask({ ...inBody, scope: "points:admin" })],
    ["JSON", 400, "invalid_request", () => ask(JSON.stringify(inBody), { "content-type": "application/json" })],
  ];
  for (const [what, status, error, asked] of refusals) {
    it(`refuses ${what}`, async () => {
      const answer = await asked();
      expect([answer.status, answer.body.error]).to.deep.equal([status, error]);
      expect(answer.body.error_description).to.be.a("string");
      expect(answer.headers.get("cache-control")).to.equal("no-store");
      expect(answer.headers.has("www-authenticate")).to.equal(status === 401);
    });
  }
});
