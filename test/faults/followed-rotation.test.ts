import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { Dynoxide } from "../core/dynoxide.ts";
import { LaneStage } from "./lane-stage.ts";
import { awaitRotation } from "../../lambdas/core/administering/rotate.ts";
import { writeRows } from "../../lambdas/core/store/projections.ts";
import { readLane, switchSigner } from "../../lambdas/core/store/lanes.ts";
import { giveBack } from "../../lambdas/core/submitting/ended-signer.ts";
import type { LaneWorker } from "../../lambdas/core/submitting/lane-worker.ts";

/** The book's operator, in another Kapok, lets a lane's new key speak and ends the old one, whenever that suits them. */
describe("A lane that waits for its new signer", () => {
  let engine: Dynoxide;
  let lane: LaneStage;
  let owner: LaneWorker;
  let old: string;
  const next = privateKeyToAccount(generatePrivateKey());
  /** Which keys the chain knows. */
  let speaking: Set<string>;

  before(async () => (engine = await Dynoxide.start()));
  after(() => engine.stop());
  beforeEach(async () => {
    lane = await LaneStage.set(await engine.kapok(randomUUID()));
    old = lane.account.address;
    speaking = new Set([old]);
    lane.chain.speaks = (signer) => speaking.has(signer);
    await index(old, true);
  });

  /** Asks for another signer. @param known whether the old key is still here */
  const ask = (lost = false, known = true) => {
    const keys = {
      ...lane.parts().keys,
      create: async () => next.address,
      signer: async (address: string) => {
        if (address === old && !known) throw new Error("the key is not here");
        return lane.account;
      },
    };
    return awaitRotation({ kapok: lane.kapok, keys }, lane.organisation, lost);
  };
  /** What the indexer writes of a key. */
  const index = async (signer: string, speaks: boolean) => {
    const { organisation, chain, core } = lane;
    await lane.indexTo(++chain.newest);
    const row = { pk: "signers", sk: signer.toLowerCase(), attributes: { organisation, signer, speaks } };
    await writeRows(core, [{ row, place: { hash: "0x", blockNumber: chain.newest, logIndex: 0 }, time: 0 }]);
  };
  const names = async () => {
    speaking.add(next.address);
    await index(next.address, true);
  };
  const ends = async () => {
    speaking.delete(old);
    await index(old, false);
  };
  const signer = async () => (await lane.lane()).signer;
  /** Steps of an owner that has just come. */
  const step = async (times: number) => {
    owner = await lane.owner();
    for (let time = 0; time < times; time++) await owner.step();
  };

  it("goes on with the old one, and with the new one once the book knows it", async () => {
    const [first] = await lane.accept("a");
    expect(await ask()).to.deep.equal({ from: old, to: next.address, lost: false, awaited: true });
    await step(1);
    expect((await lane.journal()).map(({ ids }) => ids)).to.deep.equal([[first]]);

    await names();
    const [second] = await lane.accept("b");
    await step(3);
    expect([await signer(), (await lane.journal()).length]).to.deep.equal([old, 1]);
    await lane.mineNext();
    lane.chain.used = 0;
    await step(3);
    const { rotation, barred, nextNonce } = await lane.lane();
    expect([await signer(), rotation, barred, nextNonce]).to.deep.equal([next.address, undefined, undefined, 1]);
    expect((await lane.journal()).map(({ nonce, ids }) => [nonce, ids])).to.deep.equal([[0, [second]]]);
  });

  it("gives back what the old key signed and no block has, once its end is indexed and not before", async () => {
    const ids = await lane.accept("a");
    await ask();
    await step(1);
    await names();
    speaking.delete(old);
    await step(4);
    expect([await signer(), (await lane.journal()).length]).to.deep.equal([old, 1]);
    await ends();
    await step(3);
    expect(await signer()).to.equal(next.address);
    expect((await lane.journal()).map((entry) => entry.ids)).to.deep.equal([ids]);
    expect((await lane.lane()).nextNonce).to.equal(1);
  });

  it("goes on where it was stopped, because the book took nothing of the old key any more", async () => {
    await ask();
    await step(1);
    await lane.core.update({
      Key: { pk: "lane", sk: lane.organisation },
      UpdateExpression: "SET stopped = :reason",
      ExpressionAttributeValues: { ":reason": "its batches revert" },
    });
    await names();
    await step(2);
    expect(await signer()).to.equal(old);
    await ends();
    await step(3);
    expect([await signer(), (await lane.lane()).stopped]).to.deep.equal([next.address, undefined]);
  });

  for (const [why, lost, known] of [
    ["shall not", true, true],
    ["cannot", false, false],
  ] as const) {
    it(`signs nothing more with a key that ${why} sign, and accepts all the while`, async () => {
      expect((await ask(lost, known)).lost).to.equal(true);
      const ids = await lane.accept("a");
      await step(3);
      expect(await lane.journal()).to.deep.equal([]);
      await names();
      await ends();
      await step(3);
      expect((await lane.journal()).map((entry) => entry.ids)).to.deep.equal([ids]);
    });
  }

  it("keeps the one that it was told first, however often it is asked", async () => {
    await ask();
    expect((await ask()).to).to.equal(next.address);
    expect((await readLane(lane.core, lane.organisation))!.rotation!.to).to.equal(next.address);
  });

  it("keeps its journal of the new signer, though somebody who gave back the old one's slept meanwhile", async () => {
    await lane.accept("a");
    const rotation = await ask(false);
    await step(1);
    await names();
    await step(2);
    await ends();
    const { core, organisation } = lane;
    lane.beforeClosing(async () => {
      await giveBack(lane.kapok, organisation, rotation);
      await switchSigner(core, organisation, rotation, 0);
      await step(3);
      expect(await lane.journal()).to.have.length(1);
    });
    await giveBack(lane.kapok, organisation, rotation);
    expect(await lane.journal()).to.have.length(1);
  });
});
