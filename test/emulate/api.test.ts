import { DescribeUserPoolClientCommand } from "@aws-sdk/client-cognito-identity-provider";
import { expect } from "chai";
import type { Gateway } from "../../scripts/emulate/gateway.ts";
import { startGateway } from "../../scripts/emulate/gateway.ts";
import { Toy } from "./toy.ts";

describe("A deployed API behind the plain gateway", function () {
  this.timeout(180_000);
  let toy: Toy;
  let gateway: Gateway;
  before(async () => {
    toy = await Toy.shared();
    gateway = await startGateway({
      emulator: toy.emulator,
      apiUrl: toy.outputs.ApiUrl,
      tokenUrl: `https://toy-tokens.auth.${toy.emulator.region}.amazoncognito.com/oauth2/token`,
    });
  });
  after(() => gateway?.close());

  it("passes on method, path, query, headers and body, and gives status, headers and cookies back", async () => {
    const response = await fetch(`${gateway.url}/v1/points/a/b?x=1&y=%20z`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": "k", cookie: "a=1; b=2" },
      body: JSON.stringify({ points: 1 }),
    });
    expect(response.status).to.equal(201);
    expect(response.headers.get("x-toy")).to.equal("yes");
    expect(response.headers.getSetCookie()).to.deep.equal(["one=1", "two=2"]);
    const { event, name } = (await response.json()) as { event: Record<string, any>; name: string };
    expect(name).to.equal("toy-writer");
    expect(event).to.include({ routeKey: "ANY /v1/points/{proxy+}", rawPath: "/v1/points/a/b", body: '{"points":1}' });
    expect(event["headers"]).to.include({ "idempotency-key": "k", "content-type": "application/json" });
    expect(event["headers"]).not.to.have.property("cookie");
    expect(event["cookies"]).to.deep.equal(["a=1", "b=2"]);
    expect(event["requestContext"].http.method).to.equal("POST");
  });

  it("sends everything else to the function behind, its paths /health and /docs included", async () => {
    for (const path of ["/health", "/docs", "/openapi.json"]) {
      const { event, name } = (await (await fetch(gateway.url + path)).json()) as { event: any; name: string };
      expect([name, event.rawPath, event.routeKey]).to.deep.equal(["toy-guest", path, "$default"]);
      expect(event).not.to.have.property("pathParameters");
    }
  });

  it("says nothing of a function's error", async () => {
    const response = await fetch(`${gateway.url}/v1/points/fails`);
    expect(response.status).to.equal(500);
    expect(await response.text()).to.equal('{"message":"Internal Server Error"}');
  });

  it("gives tokens whose keys a function finds at the issuer's own address", async () => {
    const { PoolId, ClientId } = toy.outputs;
    const describe = new DescribeUserPoolClientCommand({ UserPoolId: PoolId, ClientId });
    const secret = (await toy.tokens.send(describe)).UserPoolClient!.ClientSecret!;
    const tokenOf = (client_secret: string) =>
      fetch(`${gateway.url}/oauth2/token`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: `grant_type=client_credentials&client_id=${ClientId}&client_secret=${client_secret}`,
      });
    const response = await tokenOf(secret);
    expect(response.status).to.equal(200);
    const { access_token: token, expires_in } = (await response.json()) as { access_token: string; expires_in: number };
    expect(expires_in).to.equal(3600);
    const issuer = `https://cognito-idp.${toy.emulator.region}.amazonaws.com/${PoolId}`;
    const { value } = await toy.call("writer", { do: "verify", token, issuer });
    expect(value).to.include({ iss: issuer, client_id: ClientId, token_use: "access", scope: "points/write" });
    const refused = await tokenOf("another");
    expect([refused.status, ((await refused.json()) as { error: string }).error]).to.deep.equal([
      400,
      "invalid_client",
    ]);
  });

  it("answers 502 with a problem document where there is no emulator", async () => {
    const emulator = { port: 9, authority: toy.emulator.authority };
    const other = await startGateway({ emulator, apiUrl: "https://a.localhost", tokenUrl: "https://b.localhost" });
    const response = await fetch(`${other.url}/v1/points/a`, { method: "POST", body: "x" });
    expect(response.status).to.equal(502);
    expect(response.headers.get("content-type")).to.equal("application/problem+json");
    expect(await response.json()).to.include({ status: 502 });
    await other.close();
  });
});
