import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { settingsOf } from "../../test/core/running-kapok.ts";
import { startAccount } from "../../test/deployed/account.ts";
import { Desk } from "../../test/points/end-to-end/desk.ts";
import { Emulation } from "../emulate/emulation.ts";
import { roomiestFolder } from "../roomiest-folder.ts";
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
  const account = await startAccount(folder, {
    chain: { CHAIN_BLOCK_SECONDS: String(blockSeconds), CHAIN_IDLE_SECONDS: String(blockSeconds) },
    // Lambda reads a stream four times a second.
    emulator: { EMULATOR_STREAM_SECONDS: String(blockSeconds / 4) },
  });
  const { emulator, aws, chain } = account;
  try {
    const settings = settingsOf({ dailyIssueCap: 1e9 });
    const home = join(folder, "home");
    const emulation = await Emulation.begin({ emulator, home, settings, chain: { urls: [chain.url] } });
    const gateway = await emulation.open(0);
    const desk = new Desk((await emulation.home.credentials())!, "hotel-a");
    await work(await MeasuredDeployment.of({ emulation, aws, desk }));
    await gateway.close();
  } finally {
    await account.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
