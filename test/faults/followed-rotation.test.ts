import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { Dynoxide } from "../core/dynoxide.ts";
import { LaneStage } from "./lane-stage.ts";
import { awaitRotation } from "../../lambdas/core/administering/rotate.ts";
import { readBook } from "../../lambdas/core/store/book.ts";
import { writeRows } from "../../lambdas/core/store/projections.ts";
import { readLane } from "../../lambdas/core/store/lanes.ts";
import { beginRotation, endRotation, switchSigner } from "../../lambdas/core/store/rotations.ts";
import { markRebuilding } from "../../lambdas/core/store/rebuilding.ts";
import { pause } from "../../lambdas/core/store/table.ts";
import { giveBack } from "../../lambdas/core/submitting/ended-signer.ts";
import { HIGHEST_AHEAD } from "../../lambdas/core/submitting/settings.ts";
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
    const { kapok, chain, book } = lane;
    return awaitRotation({ kapok, chain, keys, book }, lane.organisation, lost);
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
    lane.chain.ended.add(old);
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
    expect(await ask()).to.deep.equal({
      from: old,
      to: next.address,
      lost: false,
      awaited: true,
      unusedIn: lane.book.incarnation,
    });
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
      await switchSigner(core, organisation, rotation, 0, lane.book.incarnation);
      await step(3);
      expect(await lane.journal()).to.have.length(1);
    });
    await giveBack(lane.kapok, organisation, rotation);
    expect(await lane.journal()).to.have.length(1);
  });

  it("believes in no end while the projections are made again", async () => {
    await lane.accept("a");
    await ask();
    await step(1);
    await names();
    await markRebuilding(lane.core, "rebuild");
    await lane.core.delete({ pk: "signers", sk: old.toLowerCase() });
    await step(4);
    expect([await signer(), (await lane.journal()).length]).to.deep.equal([old, 1]);
  });

  it("ends the rotation that it followed, and none that began since", async () => {
    const rotation = await ask();
    await names();
    await step(2);
    const third = { ...rotation, from: next.address, to: old };
    await endRotation(lane.core, lane.organisation, rotation);
    await beginRotation(lane.core, lane.organisation, third);
    await endRotation(lane.core, lane.organisation, rotation).catch(() => undefined);
    expect((await lane.lane()).rotation).to.deep.equal(third);
  });

  it("gives back an entry that it does not see yet, before it has its new signer", async () => {
    await lane.core.update({
      Key: { pk: "lane", sk: lane.organisation },
      UpdateExpression: "SET nextNonce = :used, decidedNonce = :used",
      ExpressionAttributeValues: { ":used": 3 },
    });
    const ids = await lane.accept("a");
    await ask();
    await step(1);
    await names();
    await ends();
    const shown = lane.hide(({ sk }) => sk.startsWith("entry#"));
    await step(6);
    shown();
    expect(await signer()).to.equal(next.address);
    await step(2);
    expect((await lane.journal()).map((entry) => [entry.nonce, entry.ids])).to.deep.equal([[0, ids]]);
  });

  describe("in a store that was put back from a copy", () => {
    /** Lets the chain mine what the lane signs until the lane is open. */
    const close = async () => {
      const closed: string[] = [];
      await pause(1100);
      for (let turn = 0; turn < 200 && (await lane.lane()).closing; turn++) {
        await step(1);
        if (!closed.includes(await signer())) closed.push(await signer());
        await lane.mineNext();
        lane.book = (await readBook(lane.core))!;
      }
      return closed;
    };

    it("closes the new signer before it takes work, since lost bytes of it may land", async () => {
      const [id] = await lane.accept("a");
      await ask();
      await names();
      await ends();
      lane.addresses.push(next.address);
      await lane.beginAgain();
      await step(2);
      await lane.indexTo(lane.chain.newest);
      expect(await close()).to.deep.equal([next.address]);
      await step(2);
      const [entry] = await lane.journal();
      expect(entry!.ids).to.deep.equal([id]);
      expect(entry!.nonce).to.be.greaterThan(HIGHEST_AHEAD);
    });

    it("closes each signer that speaks, where the copy knows of no change", async () => {
      await lane.accept("a");
      speaking.add(next.address);
      lane.addresses.push(next.address);
      await lane.beginAgain();
      await step(2);
      await lane.indexTo(lane.chain.newest);
      expect(await close()).to.deep.equal([old, next.address]);
    });

    it("goes on with the signer that was not ended, and waits until it has learned of the end", async () => {
      const ids = await lane.accept("a");
      await step(1);
      lane.addresses.push(next.address);
      speaking = new Set([next.address]);
      lane.chain.ended.add(old);
      await lane.beginAgain();
      await lane.indexTo(lane.chain.newest, false);
      await step(3);
      expect(await signer()).to.equal(old);
      await lane.indexTo(lane.chain.newest);
      expect(await close()).to.deep.equal([next.address]);
      await step(2);
      expect((await lane.journal()).map((entry) => entry.ids)).to.deep.equal([ids]);
    });
  });
});
