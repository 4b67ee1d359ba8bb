import { expect } from "chai";
import { createServer } from "node:net";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chainPart, dynamodbPart } from "../../scripts/start/parts.ts";
import { expectFree, keptPort, PortTakenError } from "../../scripts/start/ports.ts";
import { findAnvil, findDynoxide } from "../../scripts/start/programs.ts";
import { jsonRpc } from "./json-rpc.ts";
import { SupervisorProcess } from "./supervisor-process.ts";
import { temporaryHome } from "./temporary-home.ts";
import { until } from "./until.ts";

describe("The embedded parts", function () {
  this.timeout(30_000);
  const home = temporaryHome();
  after(() => home.remove());
  afterEach(() => {
    for (const name of ["DYNAMODB_ENDPOINT", "CHAIN_RPC_URL", "KAPOK_ANVIL"]) delete process.env[name];
  });

  it("run, each on a port of 127.0.0.1 that it keeps, and go on after kill -9", async () => {
    const dynamodb = await dynamodbPart(home.path);
    const chain = await chainPart(home.path);
    expect(readFileSync(join(home.path, "ports.json"), "utf8")).to.equal(
      JSON.stringify({ dynamodb: Number(new URL(dynamodb.url).port), chain: Number(new URL(chain.url).port) }, null, 2),
    );
    // Functions do not travel to another process: there, dynamodb is ready as soon as this test's probe says so.
    await dynamodb.part?.ready?.(AbortSignal.abort());
    const supervisor = new SupervisorProcess(home.path, [{ ...chain.part }]);
    await supervisor.ready();
    expect(await jsonRpc(chain.url)("eth_blockNumber")).to.equal("0x0");
    const { chain: before } = supervisor.parts();
    process.kill(before!.pid, "SIGKILL");
    await until("the chain again", () => jsonRpc(chain.url)("eth_blockNumber").catch(() => undefined));
    supervisor.kill("SIGINT");
    expect((await supervisor.ended).code).to.equal(0);
    await supervisor.noneRuns();
    // Another test may have the port for a moment: then nobody else gets it here.
    const again = await until("its port", () => chainPart(home.path).catch(() => undefined));
    expect(again.url).to.equal(chain.url);
  });

  it("are not started where the environment names another place", async () => {
    process.env["DYNAMODB_ENDPOINT"] = "http://elsewhere:1";
    process.env["CHAIN_RPC_URL"] = "http://elsewhere:2,http://elsewhere:3";
    expect(await dynamodbPart(home.path)).to.deep.equal({ url: "http://elsewhere:1" });
    expect(await chainPart(home.path)).to.deep.equal({ url: "http://elsewhere:2,http://elsewhere:3" });
  });

  it("say whose port is taken", async () => {
    const port = await keptPort(home.path, "squatted");
    const squatter = createServer().listen(port, "127.0.0.1");
    await once(squatter, "listening");
    const kept = await expectFree(home.path, "squatted", port).catch((error: unknown) => error);
    expect(kept).to.be.instanceOf(PortTakenError);
    expect((kept as Error).message)
      .to.contain(`Port ${port} of squatted`)
      .and.contain("ports.json");
    const given = await expectFree(home.path, "the API", port).catch((error: unknown) => error);
    expect((given as Error).message)
      .to.contain("choose another port")
      .and.not.contain("ports.json");
    squatter.close();
  });

  it("are found in the environment, then in their packages", () => {
    expect(findAnvil()).to.match(/anvil-linux-amd64\/bin\/anvil$/);
    expect(findDynoxide()).to.match(/linux-x64\/dynoxide$/);
    process.env["KAPOK_ANVIL"] = "/bin/true";
    expect(findAnvil()).to.equal("/bin/true");
    process.env["KAPOK_ANVIL"] = "/nowhere/anvil";
    expect(findAnvil).to.throw("KAPOK_ANVIL");
  });
});
