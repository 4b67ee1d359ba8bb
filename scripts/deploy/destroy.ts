/**
 * `npm run destroy`: takes away what works, and keeps what must not be lost: tables, keys, clients. Deployed again, it goes
 * on where it stopped.
 */
import { explained } from "../../lambdas/core/log.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import { cdk } from "./cdk.ts";
import { deployedSettings } from "./deployed-settings.ts";

try {
  const { path, cloud } = deployedSettings();
  const edge = cloud.edge ? ["edge-log", "edge"] : [];
  const stacks = [...scenarios.map(({ name }) => name), "core", ...edge];
  await cdk(["destroy", ...stacks, ...process.argv.slice(2)], { env: { KAPOK_SETTINGS: path } });
  console.log(`What must not be lost is still there: the stack ${cloud.deployment}-state.`);
} catch (error) {
  console.error(`Not destroyed: ${explained(error)}`);
  process.exit(1);
}
