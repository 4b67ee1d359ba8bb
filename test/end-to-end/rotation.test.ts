import { expect } from "chai";
import { renameSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readContract } from "../../lambdas/core/chain/read-contract.ts";
import { Chain } from "../../lambdas/core/chain/chain.ts";
import { organisationHex } from "../../lambdas/core/chain/envelope.ts";
import { KeyFolder } from "../../scripts/start/key-folder.ts";
import type { BookFile } from "../../lambdas/core/store/book.ts";
import { submitCall } from "../../lambdas/core/submitting/batch.ts";
import { organisationOfSigner } from "../../lambdas/core/chain/signers.ts";
import { sign } from "../../lambdas/core/submitting/transaction.ts";
import { points } from "../../lambdas/points/scenario.ts";
import { RunningKapok, settingsOf } from "../core/running-kapok.ts";
import { Desk } from "../points/end-to-end/desk.ts";
import { CheckpointListener } from "../start/checkpoint-listener.ts";
import { temporaryHome } from "../start/temporary-home.ts";
import { until } from "../start/until.ts";
import { command } from "./command.ts";
import type { Ended } from "./command.ts";
import { Load } from "./load.ts";
import { Steps } from "./steps.ts";

const organisation = "hotel-a";

describe("Another signer for an organisation", function () {
  this.timeout(300_000);
  const folder = temporaryHome();
  const lostKeys = temporaryHome();
  let listener: CheckpointListener;
  let kapok: RunningKapok;
  let hotel: Desk;
  let guest: string;
  let earned = 0;
  let signer: string;
  let batches: number;
  let load: Load | undefined;
  let steps: Steps;

  before(async () => {
    listener = await CheckpointListener.open(folder.path);
    steps = new Steps(listener);
    kapok = await RunningKapok.start({
      settings: settingsOf(),
      env: { CHAIN_BLOCK_SECONDS: "0.2", KAPOK_CHECKPOINT_SOCKET: listener.socket },
    });
    hotel = new Desk(kapok.credentials(), organisation);
    guest = await hotel.enrol();
    signer = await onlySigner();
    batches = await batchCount();
  });

  after(async () => {
    await kapok?.remove();
    listener.close();
    folder.remove();
    lostKeys.remove();
  });

  afterEach(() => {
    load?.abandon();
    steps.letGo();
    steps.kill = undefined;
  });

  it("is given under load, killed at each step and begun again, and keeps the state", async () => {
    load = new Load(hotel, guest);
    await steps.keepBack();
    for (const step of [
      "administration-journaled-not-broadcast",
      "rotation-begun",
      "rotation-granted",
      "rotation-barred",
    ]) {
      expect((await rotate(step)).code, step).to.equal("SIGKILL");
    }
    const waiting = rotate("rotation-switched");
    const barred = steps.reached("rotation-barred");
    await until("the lane is barred", () => steps.reached("rotation-barred") > barred, 30_000);
    await sleep(1000);
    expect(steps.reached("rotation-switched"), "switched while bytes of the old key were open").to.equal(0);
    steps.letGo();
    expect((await waiting).code).to.equal("SIGKILL");

    const { code, output } = await rotate();
    expect(code, output).to.equal(0);
    earned += await load.stop();
    expect(load.keys).to.have.length.greaterThan(20);
    await expectAnother(new KeyFolder(join(kapok.home, "keys")));
  });

  it("is given though the old key is lost: what it signed and no block holds is decided once, by the new one", async () => {
    load = new Load(hotel, guest);
    await steps.keepBack();
    const keyFile = `${signer.toLowerCase()}.json`;
    renameSync(join(kapok.home, "keys", keyFile), join(lostKeys.path, keyFile));
    expect((await rotate("rotation-revoked-not-indexed")).code).to.equal("SIGKILL");
    const { code, output } = await rotate();
    expect(code, output).to.equal(0);
    expect(output).to.include(`revoked ${signer}`);
    // Only now do the bytes of the old key reach the chain, where they can but revert.
    steps.letGo();
    earned += await load.stop();
    await expectAnother(new KeyFolder(lostKeys.path));
  });

  it("is given while no Kapok runs, which then goes on with it", async () => {
    await kapok.stop();
    const { code, output } = await rotate();
    expect(code, output).to.equal(0);
    kapok = await kapok.startAgain();
    earned += (await hotel.earn(guest, 1)).result.points;
    await expectAnother(new KeyFolder(join(kapok.home, "keys")));
  });

  it("is refused for an organisation that does not sign here, and for words that are none of the command's", async () => {
    for (const [args, words] of [
      [["nobody"], "nobody has no lane in this Kapok"],
      [["hotel-a", "--forget"], "Which organisation?"],
      [[], "Which organisation?"],
    ] as const) {
      const { code, output } = await command("rotate.ts", [...args], { KAPOK_HOME: kapok.home });
      expect([code, output.includes(words)], output).to.deep.equal([1, true]);
    }
  });

  /** @param step where it is killed, if at all */
  function rotate(step?: string): Promise<Ended> {
    steps.kill = step;
    const env = { KAPOK_HOME: kapok.home, KAPOK_CHECKPOINT_SOCKET: listener.socket };
    return command("rotate.ts", [organisation], env);
  }

  /** That another signer speaks now, alone, everything before is as it was, and the old one changes nothing. */
  async function expectAnother(keysOfOld: KeyFolder): Promise<void> {
    const old = signer;
    signer = await onlySigner();
    expect(signer).to.not.equal(old);

    const entries = await hotel.entries(guest, 200);
    expect(entries).to.have.length(earned);
    expect(new Set(entries.map(({ operation }) => operation)).size).to.equal(earned);
    expect(await hotel.balance(guest)).to.equal(earned);
    const [position] = (await hotel.read("/v1/points/positions")).positions;
    expect(position).to.deep.include({ issued: earned, clawedBack: 0 });
    expect(await batchCount()).to.be.greaterThan(batches);

    batches = await batchCount();
    expect(await outcomeOfBatchBy(await keysOfOld.signer(old), old)).to.equal("reverted");
    expect(await batchCount()).to.equal(batches);
  }

  /** The one key that speaks for the organisation, of all that it ever had here. */
  async function onlySigner(): Promise<string> {
    const addresses: string[] = [];
    for (const path of [join(kapok.home, "keys"), lostKeys.path]) {
      addresses.push(...(await new KeyFolder(path).addresses(organisation)));
    }
    const { chain, book } = chainNow();
    const speaking: string[] = [];
    for (const address of addresses) {
      if (await organisationOfSigner(chain, book.addresses["Organisations"]!, address)) speaking.push(address);
    }
    expect(speaking).to.have.length(1);
    return speaking[0]!;
  }

  async function batchCount(): Promise<number> {
    const { chain, ledger } = chainNow();
    return Number(
      await readContract(chain, { address: ledger, abi: points.ledger.abi }, "batchCount", [
        organisationHex(organisation),
      ]),
    );
  }

  async function outcomeOfBatchBy(key: Awaited<ReturnType<KeyFolder["signer"]>>, address: string): Promise<string> {
    const { chain, book, ledger } = chainNow();
    const nonce = await chain.usedNonces(address);
    const { hash, bytes } = await sign(key, {
      chainId: book.chainId,
      nonce,
      to: ledger,
      data: submitCall([]),
      gas: 500_000,
    });
    await chain.broadcast(bytes);
    const { status } = await until("the old key's batch is mined", () => chain.receipt(hash));
    return status === 1 ? "applied" : "reverted";
  }

  /** The chain's place changes with a start. */
  function chainNow(): { chain: Chain; book: BookFile; ledger: string } {
    const book = kapok.read<BookFile>("book.json");
    return { chain: new Chain([book.rpcUrl]), book, ledger: book.addresses["PointsLedger"]! };
  }
});
