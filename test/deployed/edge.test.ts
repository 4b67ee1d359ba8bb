import { expect } from "chai";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Gateway } from "../../scripts/emulate/gateway.ts";
import { startGateway } from "../../scripts/emulate/gateway.ts";
import { Desk } from "../points/end-to-end/desk.ts";
import { alliance } from "./alliances.ts";
import type { Deployed } from "./cloud.ts";
import { Cloud } from "./cloud.ts";

const NAME = "edged";
const settings = (originSecret?: number) => ({ ...alliance, cloud: originSecret ? { edge: { originSecret } } : {} });

describe("A deployment behind an edge", function () {
  this.timeout(300_000);
  let deployed: Deployed;
  let direct: Gateway;
  const outputs = async () => {
    const { Stacks = [] } = await new CloudFormationClient().send(
      new DescribeStacksCommand({ StackName: `${NAME}-core` }),
    );
    return Stacks[0]!.Outputs!.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue] as const);
  };
  const secret = async (number: number) =>
    (await new SecretsManagerClient().send(new GetSecretValueCommand({ SecretId: `${NAME}-origin-${number}` })))
      .SecretString!;

  before(async () => {
    const cloud = await Cloud.shared();
    deployed = await cloud.deployment(NAME, settings(1));
    const [, apiUrl] = (await outputs()).find(([, value]) => value.includes(".execute-api."))!;
    direct = await startGateway({ emulator: cloud.emulator, apiUrl, tokenUrl: deployed.credentials.tokenUrl });
  });
  after(() => direct?.close());

  it("works through the edge as it does without one, and says the edge's address", async () => {
    const hotel = new Desk(deployed.credentials, "hotel-a");
    const guest = await hotel.enrol();
    await hotel.earn(guest, 100);
    expect((await hotel.redeem(guest, 40)).status).to.equal("final");
    const document = await (await fetch(`${deployed.gateway.url}/openapi.json`)).json();
    const [, apiUrl] = (await outputs()).find(([name]) => name === "ApiUrl")!;
    expect(apiUrl).to.match(/^https:\/\/[a-z0-9]+\.cloudfront\.net$/);
    expect(document).to.have.nested.property("servers[0].url", apiUrl);
  });

  it("adds what browsers have to know to every answer, also to a problem", async () => {
    for (const path of ["/docs", "/v1/points/positions", "/nowhere"]) {
      const { headers } = await fetch(deployed.gateway.url + path);
      expect(headers.get("x-content-type-options"), path).to.equal("nosniff");
      expect(headers.get("strict-transport-security"), path).to.include("max-age=31536000");
      expect(headers.get("content-security-policy"), path).to.include("default-src 'none'");
    }
  });

  it("tells nothing to whoever asks the gateway itself, also with a secret of their own", async () => {
    for (const path of ["/healthz", "/docs", "/v1/points/positions", "/v1/operations/x", "/nowhere"]) {
      for (const headers of [{}, { "x-origin-secret": "guessed" }]) {
        const answer = await fetch(direct.url + path, { headers });
        expect([answer.status, answer.headers.get("content-type")]).to.deep.equal([403, "application/problem+json"]);
        expect(await answer.json()).to.deep.equal({ type: "about:blank", title: "Forbidden", status: 403 });
      }
    }
    const known = { "x-origin-secret": await secret(1) };
    expect((await fetch(`${direct.url}/healthz`, { headers: known })).status).to.equal(200);
  });

  it("does not let a client's own header stand", async () => {
    const headers = { "x-origin-secret": "guessed" };
    expect((await fetch(`${deployed.gateway.url}/healthz`, { headers })).status).to.equal(200);
  });

  it("changes its secret without refusing anybody, and knows the old one no more after two changes", async () => {
    const old = await secret(1);
    const refused = await whileAsking(deployed.gateway.url, () => deployed.emulation.deploy(settings(2)));
    expect(refused).to.deep.equal([]);
    expect((await fetch(`${direct.url}/healthz`, { headers: { "x-origin-secret": old } })).status).to.equal(200);
    expect(await whileAsking(deployed.gateway.url, () => deployed.emulation.deploy(settings(3)))).to.deep.equal([]);
    for (const path of ["/healthz", "/v1/points/positions"]) {
      expect((await fetch(direct.url + path, { headers: { "x-origin-secret": old } })).status).to.equal(403);
    }
  });

  it("does not skip a secret, and says how to go on", async () => {
    const outcome = await deployed.emulation.deploy(settings(5)).catch((error: Error) => error.message);
    expect(outcome).to.include("cloud.edge.originSecret is 5, and the edge sends 3: set it to 4 and deploy");
  });

  it("is not changed by deploying it again", async () => {
    const before = readFileSync(deployed.emulation.log, "utf8").length;
    await deployed.emulation.deploy(settings(3));
    const said = readFileSync(deployed.emulation.log, "utf8").slice(before);
    expect(said.match(/\(no changes\)/g)).to.have.length(5);
  });

  it("shows its secrets in no log, output or event of a stack", async () => {
    const { emulator } = await Cloud.shared();
    const { StackEvents } = await new CloudFormationClient().send(
      new DescribeStackEventsCommand({ StackName: `${NAME}-core` }),
    );
    const all = [
      readFileSync(emulator.log, "utf8"),
      readFileSync(deployed.emulation.log, "utf8"),
      JSON.stringify([await outputs(), StackEvents]),
    ].join("\n");
    for (const number of [2, 3, 4]) expect(all).to.not.include(await secret(number));
  });

  it("is turned off and on again: then the gateway is the API, and then it is not any more", async () => {
    await deployed.emulation.deploy(settings());
    expect((await fetch(`${direct.url}/healthz`)).status).to.equal(200);
    expect((await fetch(`${direct.url}/v1/points/positions`)).status).to.equal(401);
    await deployed.emulation.deploy(settings(1));
    expect((await fetch(`${direct.url}/healthz`)).status).to.equal(403);
    expect((await fetch(`${direct.url}/v1/points/positions`)).status).to.equal(403);
  });
});

/** Asks both functions of an API as long as something goes on. @returns what they should not have answered */
async function whileAsking(url: string, something: () => Promise<unknown>): Promise<string[]> {
  const expected = { "/healthz": 200, "/v1/points/positions": 401 };
  const wrong: string[] = [];
  let goesOn = true;
  const asking = Object.entries(expected).map(async ([path, status]) => {
    for (; goesOn; await sleep(50)) {
      const answer = await fetch(url + path);
      if (answer.status !== status) wrong.push(`${path} ${answer.status} ${await answer.text()}`);
    }
  });
  await something().finally(() => (goesOn = false));
  await Promise.all(asking);
  return wrong;
}
