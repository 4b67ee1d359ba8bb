import { expect } from "chai";
import {
  CloudFormationClient,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  GetTemplateCommand,
} from "@aws-sdk/client-cloudformation";
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { readFileSync } from "node:fs";
import { toAws, toChain } from "../../scripts/emulate/holding-proxy.ts";
import { Desk } from "../points/end-to-end/desk.ts";
import { deployedAlliance } from "./alliances.ts";
import type { Deployed } from "./cloud.ts";
import { Cloud } from "./cloud.ts";

/** What AWS says when it is down. */
const down = {
  status: 500,
  headers: { "content-type": "application/x-amz-json-1.1" },
  body: '{"__type":"InternalFailure"}',
};

describe("What is secret", function () {
  this.timeout(420_000);
  let cloud: Cloud;
  let deployed: Deployed;
  let words: Record<string, string>;
  const problems: string[] = [];

  before(async () => {
    cloud = await Cloud.shared();
    deployed = await deployedAlliance();
    const secrets = deployed.credentials.clients.map(({ clientSecret }, index) => [`secret ${index}`, clientSecret]);
    words = { ...cloud.canaries, ...Object.fromEntries(secrets) };

    const desk = new Desk(deployed.credentials, "hotel-a");
    const { reference } = cloud.canaries;
    const member = await desk.enrol();
    const post = async (body: object) => {
      const answer = await desk.post("/v1/points/earnings", { member, points: 1, reference, ...body }, { wait: 5 });
      if (answer.status >= 400) problems.push(JSON.stringify(answer.body));
      return answer;
    };
    await post({});
    await post({ points: -1 });
    await post({ nonsense: reference });

    const faults = [
      () => cloud.node.refuse(toChain("eth_getBlockByNumber"), { status: 503, body: "down" }),
      () => cloud.node.refuse(toChain("eth_sendRawTransaction"), { status: 200, body: "not JSON" }),
      () => cloud.aws.refuse(toAws("TrentService.Sign"), down),
      () => cloud.aws.refuse(toAws("TransactWriteItems"), down),
      () => cloud.aws.refuse(toAws("GetItem"), down),
    ];
    for (const fault of faults) {
      const mend = fault();
      await post({});
      await new Promise((resolve) => setTimeout(resolve, 1500));
      mend();
    }
    expect((await desk.earn(member, 1)).status, "all is well again").to.equal("final");
  });

  it("made failures that were logged and answered", async () => {
    expect(problems.length).to.be.greaterThan(2);
    expect((await logged()).filter((line) => /"level":"(warn|error)"/.test(line)).length).to.be.greaterThan(2);
  });

  it("is in no log, problem, template, output or stack event", async () => {
    const places: Record<string, string[]> = {
      logs: await logged(),
      problems,
      stacks: await stacks(deployed.emulation.deployment),
      "what the deployment printed": [readFileSync(deployed.emulation.log, "utf8")],
    };
    for (const [place, texts] of Object.entries(places)) {
      expect(texts.length, place).to.be.greaterThan(0);
      for (const [what, word] of Object.entries(words)) {
        const seen = texts.filter((text) => text.includes(word)).map((text) => text.slice(0, 300));
        expect(seen, `${what} in ${place}`).to.deep.equal([]);
      }
    }
  });
});

async function logged(): Promise<string[]> {
  const client = new CloudWatchLogsClient();
  const lines: string[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {})) {
    for (const { logGroupName } of logGroups) {
      for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName: logGroupName! })) {
        for (const { message = "" } of events) lines.push(message);
      }
    }
  }
  return lines;
}

/** Templates, outputs and events of a deployment's stacks. */
async function stacks(deployment: string): Promise<string[]> {
  const client = new CloudFormationClient();
  const texts: string[] = [];
  for (const noun of ["state", "core", "points"]) {
    const StackName = `${deployment}-${noun}`;
    const [template, described, happened] = await Promise.all([
      client.send(new GetTemplateCommand({ StackName })),
      client.send(new DescribeStacksCommand({ StackName })),
      client.send(new DescribeStackEventsCommand({ StackName })),
    ]);
    texts.push(
      JSON.stringify(template.TemplateBody),
      JSON.stringify(described.Stacks),
      JSON.stringify(happened.StackEvents),
    );
  }
  return texts;
}
