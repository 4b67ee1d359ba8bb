import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { groupOf } from "../../scripts/emulate/connection-owner.ts";
import { listeningOn } from "../end-to-end/processes.ts";
import { until } from "../start/until.ts";
import type { Started } from "./emulator-process.ts";

const program = fileURLToPath(new URL("emulator-process.ts", import.meta.url));

/** The processes of a group. */
function members(group: number): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => {
    try {
      return groupOf(pid) === group;
    } catch {
      return false;
    }
  });
}

describe("The emulator's processes", function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "kapok-emulator-"))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A process of its own that starts an emulator with a function that is busy and ignores SIGTERM. */
  async function start() {
    const child = fork(program, [folder], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const failed = once(child, "exit").then(([code]) => Promise.reject(new Error(`it ended with ${code}`)));
    const [started] = (await Promise.race([once(child, "message"), failed])) as [Started];
    return { child, ...started };
  }

  it("listen on 127.0.0.1 alone, and end at stop, a busy function too that ignores SIGTERM", async () => {
    const { child, group, functionPid, port } = await start();
    expect(members(group)).to.include(functionPid);
    expect(listeningOn(members(group))).to.deep.equal([`127.0.0.1:${port}`]);
    child.send("stop");
    await once(child, "exit");
    expect(members(group)).to.deep.equal([]);
  });

  it("end with whoever started them, kill -9 included", async () => {
    const { child, group } = await start();
    child.kill("SIGKILL");
    await until("the end of all", () => members(group).length === 0);
  });

  it("end all where the emulator itself is killed", async () => {
    const { child, group } = await start();
    process.kill(group, "SIGKILL");
    await until("the end of all", () => members(group).length === 0);
    const [told] = (await once(child, "message")) as [string];
    expect(told).to.equal("ended: SIGKILL");
    child.send("stop");
    await once(child, "exit");
  });

  it("start again in the same folder, after whatever end", async () => {
    const first = await start();
    first.child.kill("SIGKILL");
    const second = await start();
    expect(second.group).not.to.equal(first.group);
    second.child.send("stop");
    await once(second.child, "exit");
  });
});
