import { expect } from "chai";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ChainProcess } from "./chain-process.ts";
import { CheckpointListener } from "./checkpoint-listener.ts";
import { ShownBlocks } from "./shown-blocks.ts";
import { temporaryHome } from "./temporary-home.ts";
import { keepSending, testAccount } from "./transfers.ts";
import { until } from "./until.ts";

describe("A chain that is killed", function () {
  this.timeout(60_000);
  const home = temporaryHome();
  const shown = new ShownBlocks();
  const over = new AbortController();
  let checkpoints: CheckpointListener;
  let chain: ChainProcess;
  let background: Promise<unknown>;

  const url = (): string => chain.url;
  const start = async (): Promise<void> => {
    chain = await ChainProcess.start(home.path, {
      KAPOK_CHECKPOINT_SOCKET: checkpoints.socket,
      CHAIN_SNAPSHOT_AFTER_SECONDS: "0.1",
    });
  };
  const someBlocks = (count: number): Promise<unknown> => {
    const enough = shown.head + count;
    return until(`block ${enough}`, () => shown.head >= enough);
  };

  before(async () => {
    checkpoints = await CheckpointListener.open(home.path);
    await start();
    const senders = [1, 2].map((number) => keepSending(testAccount(number), url, over.signal));
    background = Promise.all([...senders, shown.keepLooking(url, over.signal)]);
  });

  after(async () => {
    over.abort();
    await background;
    await chain.stop();
    checkpoints.close();
    home.remove();
  });

  const steps = [
    "mined-not-logged",
    "logged-not-shown",
    "snapshot-written-not-renamed",
    "snapshot-renamed-log-not-cut",
  ];
  for (const step of steps) {
    it(`has every block that it showed, killed at ${step}`, async () => {
      await someBlocks(3);
      // Whoever asks while the process waits here must not see what a kill takes away.
      await checkpoints.killAt(step, 1, () => sleep(150));
      await chain.ended;
      await start();
      await shown.expectAll(chain.url);
      await someBlocks(2);
    });
  }

  it("has every block that it showed, killed ten times at any moment", async () => {
    for (let kills = 0; kills < 10; kills++) {
      await someBlocks(1);
      await sleep(Math.random() * 120);
      await chain.kill((["front", "anvil", "both"] as const)[kills % 3]);
      await start();
      await shown.expectAll(chain.url);
    }
    await someBlocks(1);
  });

  it("took snapshots meanwhile, and cut its log", async () => {
    expect(existsSync(join(home.path, "snapshot.json"))).to.equal(true);
    await until("three snapshots", () => (checkpoints.reached.get("snapshot-renamed-log-not-cut") ?? 0) > 2);
    const log = (): number => statSync(join(home.path, "blocks.log")).size;
    let largest = 0;
    await until("a log that got shorter", () => {
      largest = Math.max(largest, log());
      return log() < largest;
    });
  });
});
