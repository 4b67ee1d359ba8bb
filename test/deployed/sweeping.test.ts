import { expect } from "chai";
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { LambdaClient, ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { randomUUID } from "node:crypto";
import { Desk } from "../points/end-to-end/desk.ts";
import { deployedAlliance } from "./alliances.ts";
import type { Deployed } from "./cloud.ts";

describe("What nobody was woken for", function () {
  this.timeout(240_000);
  let deployed: Deployed;
  let desk: Desk;
  before(async () => {
    deployed = await deployedAlliance();
    desk = new Desk(deployed.credentials, "park-c");
  });

  it("is found by the sweeper, within a minute and a half", async () => {
    const client = new LambdaClient();
    const { EventSourceMappings = [] } = await client.send(
      new ListEventSourceMappingsCommand({ FunctionName: "kapok-waker" }),
    );
    const { UUID } = EventSourceMappings[0]!;
    await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    try {
      await new Promise((resolve) => setTimeout(resolve, 3000));
      const began = Date.now();
      const answer = await desk.post("/v1/points/members", {});
      const { id } = answer.body.operation;
      expect((await desk.decided(id)).status).to.equal("final");
      expect(Date.now() - began).to.be.below(90_000);
    } finally {
      await client.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    }
  });

  it("and what can never be done ends among the dead letters, as a pointer, and holds up nobody", async () => {
    const { core } = deployed.emulation.kapok();
    const pk = `queue#nobody-here#0`;
    const sk = `${Date.now()}`.padStart(15, "0") + `#000001#${randomUUID()}`;
    await core.put({ pk, sk, scenario: "points", entries: Buffer.from("poison"), size: 1 });
    const began = Date.now();
    expect(await desk.enrol()).to.be.a("string");
    expect(Date.now() - began).to.be.below(10_000);

    const letter = await letterAbout("nobody-here");
    expect(letter.requestPayload).to.deep.equal({ organisation: "nobody-here" });
    expect(JSON.stringify(letter)).to.not.include("poison");
    await core.delete({ pk, sk });
  });
});

async function letterAbout(organisation: string): Promise<any> {
  const client = new SQSClient();
  const { QueueUrls = [] } = await client.send(new ListQueuesCommand({ QueueNamePrefix: "kapok-core-DeadLetters" }));
  expect(QueueUrls, "the dead-letter queue").to.have.length(1);
  for (;;) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: QueueUrls[0]!,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 1,
        VisibilityTimeout: 1,
      }),
    );
    for (const { Body = "" } of Messages) if (Body.includes(organisation)) return JSON.parse(Body);
  }
}
