/**
 * The embedded chain, as final as one under BFT: a block that anybody was shown is never gone, whatever is killed.
 *
 * `CHAIN_HOME=… CHAIN_PORT=… node scripts/start/chain/main.ts`; `settings.ts` has the other variables.
 */
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { checkpoint } from "../../../lambdas/core/checkpoint.ts";
import { lockHome } from "../lock.ts";
import { endWithSupervisor, tellSupervisor } from "../supervised.ts";
import { Chain } from "./chain.ts";
import { frontOf } from "./front.ts";
import { chainSettings } from "./settings.ts";

try {
  endWithSupervisor();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
  const settings = chainSettings(process.env);
  mkdirSync(settings.home, { recursive: true });
  process.on("exit", lockHome(settings.home));
  const chain = await Chain.open(settings, checkpoint);
  const server = frontOf(chain, settings).listen(settings.port, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  console.log(`Chain ${settings.chainId} at http://127.0.0.1:${port}, block ${chain.head.number}`);
  tellSupervisor({ hint: "ready" });
  await Promise.race([chain.run(), chain.anvil.gone.then((reason) => Promise.reject(new Error(reason)))]);
} catch (error) {
  console.error(`The chain stops: ${(error as Error).message}`);
  process.exit(1);
}
