import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { settingsOf } from "../../test/core/running-kapok.ts";
import { Desk } from "../../test/points/end-to-end/desk.ts";
import { ChainProcess } from "../../test/start/chain-process.ts";
import { Emulation } from "../emulate/emulation.ts";
import { startEmulator } from "../emulate/emulator.ts";
import { HoldingProxy } from "../emulate/holding-proxy.ts";
import { roomiestFolder } from "../roomiest-folder.ts";
import { freePort } from "../start/ports.ts";
import { MeasuredDeployment } from "./measure.ts";

/**
 * Lets a deployment in an emulator of its own be measured, and takes all of it away.
 * @param blockSeconds how often the chain makes a block, whether it is used or not, as a consortium's does
 */
export async function withDeployment(
  blockSeconds: number,
  work: (deployment: MeasuredDeployment) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(roomiestFolder(), "kapok-costs-"));
  const block = { CHAIN_BLOCK_SECONDS: String(blockSeconds), CHAIN_IDLE_SECONDS: String(blockSeconds) };
  const chain = await ChainProcess.start(join(folder, "chain"), block);
  const port = await freePort();
  const authority = join(folder, "emulator", "authority.pem");
  const aws = await HoldingProxy.start({ url: `https://127.0.0.1:${port}`, authority });
  const emulator = await startEmulator({
    folder: join(folder, "emulator"),
    port,
    functionsEndpoint: aws.url,
    // Lambda reads a stream four times a second.
    variables: { EMULATOR_STREAM_SECONDS: String(blockSeconds / 4) },
  });
  try {
    const settings = settingsOf({ dailyIssueCap: 1e9 });
    const home = join(folder, "home");
    const emulation = await Emulation.begin({ emulator, home, settings, chain: { urls: [chain.url] } });
    const gateway = await emulation.open(0);
    const desk = new Desk((await emulation.home.credentials())!, "hotel-a");
    await work(await MeasuredDeployment.of({ emulation, aws, desk }));
    await gateway.close();
  } finally {
    await emulator.stop();
    await Promise.all([aws.close(), chain.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
