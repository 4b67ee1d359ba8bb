import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { Matcher, Moment } from "../../scripts/emulate/holding-proxy.ts";
import { toAws, toChain, toFunction } from "../../scripts/emulate/holding-proxy.ts";
import { deployedAlliance } from "./alliances.ts";
import { Cloud } from "./cloud.ts";
import { DeployedRun } from "./deployed-run.ts";

/** A call at which a function dies, and when: before anybody heard of it, or when it is done and the function does not know. */
interface Death {
  what: string;
  at: Matcher;
  when: Moment;
  /** Whether it dies at its call to the chain. */
  chain?: boolean;
}

/** Every function makes each of its calls within that time, milliseconds. */
const LONGEST_WITHOUT = 100_000;

const has = (text: string) => (body: string) => body.includes(text);
const accepts = (body: string) => body.includes('"queue#') && body.includes('"size"');

/** In rounds: what dies together is each another function, so that one wait for leases serves them all. */
const rounds: Death[][] = [
  [
    { what: "api: put not done", at: toAws("TransactWriteItems", accepts), when: "before" },
    { what: "submitter: lane taken", at: toAws("UpdateItem", has("fence + :one")), when: "after" },
    { what: "indexer: block read", at: toChain("eth_getBlockByNumber"), when: "after", chain: true },
  ],
  [
    { what: "api: put done, answer not sent", at: toAws("TransactWriteItems", accepts), when: "after" },
    { what: "submitter: signed, not in the journal", at: toAws("TrentService.Sign"), when: "after" },
    { what: "waker: submitter not started", at: toFunction("kapok-submitter"), when: "before" },
  ],
  [
    { what: "submitter: in the journal, not broadcast", at: toAws("TransactWriteItems", has("bytes#")), when: "after" },
    { what: "indexer: between writes of a block", at: toAws("BatchWriteItem", has("PutRequest")), when: "after" },
  ],
  [
    { what: "submitter: broadcast", at: toChain("eth_sendRawTransaction"), when: "after", chain: true },
    { what: "indexer: cursor not moved", at: toAws("TransactWriteItems", has('{"S":"cursor"}')), when: "before" },
    { what: "sweeper: indexer not started", at: toFunction("kapok-indexer"), when: "before" },
  ],
];

describe("Functions that are killed at their calls", function () {
  this.timeout(420_000);
  let cloud: Cloud;
  let run: DeployedRun;

  before(async () => {
    cloud = await Cloud.shared();
    run = DeployedRun.begin(await deployedAlliance());
    await run.until("twenty operations are decided", () => run.shown.promised.length - run.shown.open > 20);
  });

  for (const round of rounds) {
    it(round.map(({ what }) => what).join("; "), async () => {
      await Promise.all(
        round.map(async ({ at, when, chain, what }) => {
          const hold = (chain ? cloud.node : cloud.aws).hold(at, when);
          const held = await Promise.race([hold.held, sleep(LONGEST_WITHOUT, undefined)]);
          hold.cancel();
          if (!held) throw new Error(`nobody made the call: ${what}`);
          expect(run.shown.open, "operations that are open at a kill").to.be.greaterThan(0);
          await held.killCaller(cloud.emulator.process);
        }),
      );
      const decided = () => run.shown.promised.length - run.shown.open;
      const before = decided();
      await run.until("operations are decided again", () => decided() > before + 10);
    });
  }

  it("eight submitters at once on each lane are as good as one", async () => {
    const client = new LambdaClient();
    const start = (organisation: string) =>
      client.send(
        new InvokeCommand({
          FunctionName: "kapok-submitter",
          InvocationType: "Event",
          Payload: JSON.stringify({ organisation }),
        }),
      );
    const lanes = ["hotel-a", "hotel-b", "park-c"];
    await Promise.all(lanes.flatMap((lane) => Array.from({ length: 8 }, () => start(lane))));
    const before = run.shown.promised.length;
    await run.until("the traffic goes on", () => run.shown.promised.length > before + 20);
  });

  it("leave every operation that was answered 202 final or rejected, once", async () => {
    await run.settle();
    expect(await run.faults(cloud.chain.url)).to.deep.equal([]);
  });
});
