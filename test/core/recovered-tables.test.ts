import { expect } from "chai";
import { SettingsInvalid } from "../../lambdas/core/settings.ts";
import { sampleSettings, sampleTemplates } from "../../scripts/draw/sample-templates.ts";

const stream = "arn:aws:dynamodb:ap-east-1:123456789012:table/kapok-core-2/stream/2026-11-26T08:00:00.000";

describe("A deployment with recovered tables", () => {
  const settings = sampleSettings();
  const before = sampleTemplates(settings);
  const after = sampleTemplates({
    ...settings,
    cloud: { ...settings["cloud"], tables: { core: "kapok-core-2" }, coreStream: stream },
  });
  const ofType = (template: (typeof after)[string], type: string) =>
    Object.values(template.Resources).filter(({ Type }) => Type === type);

  it("is woken by the stream of the new one", () => {
    const [mapping] = ofType(after["core"]!, "AWS::Lambda::EventSourceMapping");
    expect(mapping!.Properties["EventSourceArn"]).to.equal(stream);
  });

  it("changes nothing of the state: CloudFormation lets no export go that core still reads", () => {
    expect(after["state"]).to.deep.equal(before["state"]);
  });

  it("has the deployer note again which keys and clients there are", () => {
    const tablesOf = (each: typeof after) => ofType(each["core"]!, "Custom::KapokBook")[0]!.Properties["tables"];
    expect(tablesOf(before)).to.deep.equal({ core: "kapok-core", points: "kapok-points" });
    expect(tablesOf(after)).to.deep.equal({ core: "kapok-core-2", points: "kapok-points" });
  });

  it("needs the stream and the table together", () => {
    for (const part of [{ tables: { core: "kapok-core-2" } }, { coreStream: stream }]) {
      const incomplete = { ...settings, cloud: { ...settings["cloud"], ...part } };
      expect(() => sampleTemplates(incomplete)).to.throw(SettingsInvalid, /cloud\.coreStream/);
    }
  });
});

describe("A deployment that joins a book", () => {
  it("has the URL of no node in a template", () => {
    const { cloud, organisations } = sampleSettings();
    const rpcUrl = "https://somebody:canary@node.example.com";
    const book = { rpcUrl, chainId: 1, genesisHash: "a".repeat(64), addresses: {} };
    const text = JSON.stringify(sampleTemplates({ book, cloud, organisations: organisations.slice(0, 1) }));
    expect(text).to.include("a".repeat(64)).and.not.include("canary");
  });
});

describe("The topic of alarms", () => {
  it("lets in alarms of its own account, and the rule that guards keys", () => {
    const { Resources } = sampleTemplates()["state"]!;
    const [policy] = Object.values(Resources).filter(({ Type }) => Type === "AWS::SNS::TopicPolicy");
    const allowed = policy!.Properties["PolicyDocument"].Statement.filter(({ Effect }: any) => Effect === "Allow");
    expect(allowed.map(({ Principal }: any) => Principal.Service)).to.have.members([
      "cloudwatch.amazonaws.com",
      "events.amazonaws.com",
    ]);
  });
});
