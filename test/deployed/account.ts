import { join } from "node:path";
import type { Emulator } from "../../scripts/emulate/emulator.ts";
import { startEmulator } from "../../scripts/emulate/emulator.ts";
import { HoldingProxy } from "../../scripts/emulate/holding-proxy.ts";
import { freePort } from "../../scripts/start/ports.ts";
import { ChainProcess } from "../start/chain-process.ts";

/** An emulated account with a chain beside it, and a proxy between functions and AWS. */
export interface Account {
  chain: ChainProcess;
  /** Between functions and AWS. */
  aws: HoldingProxy;
  emulator: Emulator;
  end(): Promise<void>;
}

/** Starts all of it in a folder. @param variables of the chain and of the emulator */
export async function startAccount(
  folder: string,
  variables: { chain: Record<string, string>; emulator?: Record<string, string> },
): Promise<Account> {
  const chain = await ChainProcess.start(join(folder, "chain"), variables.chain);
  const port = await freePort();
  const authority = join(folder, "emulator", "authority.pem");
  const aws = await HoldingProxy.start({ url: `https://127.0.0.1:${port}`, authority });
  const emulator = await startEmulator({
    folder: join(folder, "emulator"),
    port,
    functionsEndpoint: aws.url,
    variables: variables.emulator ?? {},
    report: () => {},
  });
  const end = async () => {
    await emulator.stop();
    await Promise.all([aws.close(), chain.stop()]);
  };
  return { chain, aws, emulator, end };
}
