import { expect } from "chai";
import type { CloudSettings } from "../../../lambdas/core/cloud-settings.ts";
import { cloudSettings } from "../../../lambdas/core/cloud-settings.ts";
import { edgeAdvice, expectNextSecret } from "../../../scripts/deploy/edge-preflight.ts";
import sample from "../../../cdk/sample-settings.json" with { type: "json" };

const parse = (edge: unknown) => cloudSettings.safeParse({ ...sample.cloud, edge });
const settings = (edge: unknown): CloudSettings => cloudSettings.parse({ ...sample.cloud, edge });
const arn = (region: string) => `arn:aws:acm:${region}:123456789012:certificate/0f0e0d0c-1a`;

describe("The settings of an edge", () => {
  it("are off where they are absent, and need nothing where they are there", () => {
    expect(settings(undefined).edge).to.equal(undefined);
    expect(settings({}).edge).to.deep.equal({ requestsPerAddress: 20_000, requestsPerToken: 20_000, originSecret: 1 });
  });

  it("take a certificate from us-east-1 only, where CloudFront looks for it", () => {
    const domain = (certificateArn: string) => ({ domain: { name: "api.kapok.example", certificateArn } });
    expect(parse(domain(arn("us-east-1"))).success).to.equal(true);
    expect(parse(domain(arn("ap-east-1"))).error!.issues[0]!.message).to.equal("a certificate of ACM in us-east-1");
  });

  for (const wrong of [
    { originSecret: 0 },
    { originSecret: 1.5 },
    { originSecret: 10_000 },
    { requestsPerAddress: 5 },
    { requestsPerToken: 5 },
    { domain: { name: "https://api.kapok.example", certificateArn: arn("us-east-1") } },
    { domain: { name: "api.kapok.example" } },
    { secret: "x" },
  ]) {
    it(`do not take ${JSON.stringify(wrong)}`, () => expect(parse(wrong).success).to.equal(false));
  }
});

describe("Before an edge is deployed", () => {
  const outcome = (originSecret: number, sent: number | undefined) =>
    expectNextSecret(settings({ originSecret }), async () => sent).catch((error: Error) => error.message);

  it("its secret is any where there is none yet, and then the same, the next or the one before", async () => {
    for (const [wanted, sent] of [
      [7, undefined],
      [3, 3],
      [4, 3],
      [2, 3],
    ] as const) {
      expect(await outcome(wanted, sent)).to.equal(`edge: sends the origin's secret ${wanted}`);
    }
  });

  it("a secret that would be skipped is refused, with what to set", async () => {
    expect(await outcome(5, 3)).to.include("set it to 4 and deploy");
    expect(await outcome(1, 3)).to.include("set it to 2 and deploy");
  });

  it("the operator hears of TLS 1.0 where the API has no name of its own, and nothing else", () => {
    expect(edgeAdvice(settings({})).join()).to.include("cloud.edge.domain");
    const domain = { name: "api.kapok.example", certificateArn: arn("us-east-1") };
    expect(edgeAdvice(settings({ domain }))).to.deep.equal([]);
    expect(edgeAdvice(settings(undefined))).to.deep.equal([]);
  });
});
