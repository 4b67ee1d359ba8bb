import { expect } from "chai";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Chain } from "../../lambdas/core/chain/chain.ts";
import type { BookFile } from "../../lambdas/core/store/book.ts";
import { readBytes, readJournal } from "../../lambdas/core/store/journal.ts";
import { organisationOfSigner } from "../../lambdas/core/chain/signers.ts";
import { RunningKapok, settingsOf } from "../core/running-kapok.ts";
import { tablesOf } from "../faults/store.ts";
import { Desk } from "../points/end-to-end/desk.ts";
import { CheckpointListener } from "../start/checkpoint-listener.ts";
import { temporaryHome } from "../start/temporary-home.ts";
import { command } from "./command.ts";
import { Steps } from "./steps.ts";

const organisation = "hotel-a";
const key = "11111111-1111-4111-8111-111111111111";

describe("A store that was put back from before a change of signer", function () {
  this.timeout(300_000);
  const folder = temporaryHome();
  let listener: CheckpointListener;
  let steps: Steps;
  let kapok: RunningKapok;
  let chain: Chain;
  let desk: Desk;
  let guest: string;
  let ended: string;
  let lost: Uint8Array;

  before(async () => {
    listener = await CheckpointListener.open(folder.path);
    steps = new Steps(listener);
    kapok = await RunningKapok.start({
      settings: settingsOf({}, { submitting: { timeoutMilliseconds: 2000 } }),
      env: { CHAIN_BLOCK_SECONDS: "0.2", KAPOK_CHECKPOINT_SOCKET: listener.socket },
    });
    chain = new Chain([kapok.read<BookFile>("book.json").rpcUrl]);
    desk = new Desk(kapok.credentials(), organisation);
    guest = await desk.enrol();
    await desk.earn(guest, 1);
    await kapok.stop();
    cpSync(table(), copy(), { recursive: true });
    kapok = await kapok.startAgain();

    const { code, output } = await command("rotate.ts", [organisation], { KAPOK_HOME: kapok.home });
    expect(code, output).to.equal(0);
    ended = /revoked (0x\w+)/.exec(output)![1]!;
    const kept = steps.keepBack();
    const sent = await desk.post("/v1/points/earnings", { member: guest, points: 500 }, { key });
    expect(sent.status).to.equal(202);
    await kept;
    lost = await journaled();
    await kapok.stop();
    steps.letGo();

    rmSync(table(), { recursive: true });
    cpSync(copy(), table(), { recursive: true });
    kapok = await kapok.startAgain({ args: ["--restored"] });
  });
  after(async () => {
    await kapok?.remove();
    listener.close();
    folder.remove();
  });

  const table = () => join(kapok.home, "dynamodb");
  const copy = () => join(kapok.home, "copy-of-dynamodb");
  /** The bytes that the lane has in its journal and no node has. */
  const journaled = async () => {
    const { core } = tablesOf(kapok);
    const [entry] = await readJournal(core, organisation);
    return (await readBytes(core, organisation, entry!.nonce, 0))!;
  };

  it("does once what the new key signed and the copy does not know", async () => {
    expect((await desk.earn(guest, 500, key)).status).to.equal("final");
    expect(await desk.balance(guest)).to.equal(501);
    expect(await chain.broadcast(lost)).to.equal("used");
    await sleep(1000);
    expect(await desk.balance(guest)).to.equal(501);
    const { code, output } = await command("audit.ts", [], { KAPOK_HOME: kapok.home });
    expect(code, output).to.equal(0);
  });

  it("lets the old key speak no more, though the copy names it", async () => {
    const { addresses } = kapok.read<BookFile>("book.json");
    expect(await organisationOfSigner(chain, addresses["Organisations"]!, ended)).to.equal(undefined);
  });
});
