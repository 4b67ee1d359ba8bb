import { expect } from "chai";
import { KMSClient } from "@aws-sdk/client-kms";
import { setTimeout as sleep } from "node:timers/promises";
import { identifyKey } from "../../lambdas/core/signing/kms-keys.ts";
import { toAws } from "../../scripts/emulate/holding-proxy.ts";
import { Desk } from "../points/end-to-end/desk.ts";
import { deployedAlliance } from "./alliances.ts";
import type { Deployed } from "./cloud.ts";
import { Cloud } from "./cloud.ts";
import { readLanes } from "./lanes.ts";

/** Whoever was woken has done the work by then, milliseconds; nobody sweeps up here. */
const SOON = 20_000;

describe("Who is woken in a deployment that nobody sweeps", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let deployed: Deployed;
  let desk: Desk;
  let sweepAgain: () => void;
  let forget = () => {};

  before(async () => {
    cloud = await Cloud.shared();
    deployed = await deployedAlliance();
    desk = new Desk(deployed.credentials, "hotel-a");
    const sweeps = (call: { path: string; body: string }) =>
      call.path.includes("functions") && /sweptAt/.test(call.body);
    sweepAgain = cloud.aws.refuse(sweeps, { status: 400, body: "{}" });
  });
  after(() => {
    sweepAgain?.();
    forget();
  });

  /** Fails where an operation is not decided soon. */
  async function decidedSoon(what: string, operation: string): Promise<void> {
    const late = sleep(SOON, "late", { ref: false });
    expect(await Promise.race([desk.decided(operation).then(({ status }) => status), late]), what).to.equal("final");
  }

  async function enrol(): Promise<string> {
    const { status, body } = await desk.post("/v1/points/members", {});
    expect(status).to.equal(201);
    return body.operation.id;
  }

  it("lets a guest earn and redeem, each as soon as it was accepted", async () => {
    const guest = await enrol();
    await decidedSoon("the enrolment", guest);
    for (const [path, points] of [
      ["earnings", 10],
      ["redemptions", 4],
    ] as const) {
      const { status, body } = await desk.post(`/v1/points/${path}`, { member: guest, points });
      expect(status).to.equal(202);
      await decidedSoon(path, body.id);
    }
    expect(await desk.balance(guest)).to.equal(6);
  });

  it("loses no wake-up that comes while an owner gives its lane back", async () => {
    const owner = async () => (await readLanes(deployed)).find(({ organisation }) => organisation === "hotel-a")!.owner;
    while ((await owner()) !== undefined) await sleep(100);
    const given = cloud.aws.hold(
      toAws("UpdateItem", (body) => body.includes("REMOVE #owner") && body.includes('"hotel-a"')),
    );
    const [first, held] = await Promise.all([enrol(), given.held]);
    const mark = new Promise<void>((resolve) => {
      forget = cloud.aws.onCall(({ operation, body }) => {
        if (operation.endsWith("UpdateItem") && body.includes('"wake-ups"')) resolve();
      });
    });
    const second = await enrol();
    await Promise.race([mark, sleep(5000)]);
    // Time enough for whoever left the mark to look once more and go.
    await sleep(1500);
    held.release();
    await decidedSoon("what came before", first);
    await decidedSoon("what came while the lane was given back", second);
  });

  it("lets each organisation sign with the key that is named after it", async () => {
    const keys = new KMSClient();
    for (const { organisation, signer } of await readLanes(deployed)) {
      expect((await identifyKey(keys, `alias/kapok/${organisation}/1`)).address, organisation).to.equal(signer);
    }
  });
});
