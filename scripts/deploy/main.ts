/**
 * `npm run deploy [-- OPTIONS OF CDK DEPLOY]`: looks at what a deployment needs, then deploys the settings that KAPOK_SETTINGS
 * names. Deploying again without a change changes nothing.
 */
import { explained } from "../../lambdas/core/log.ts";
import { deployedSettings } from "./deployed-settings.ts";
import { deploy } from "./deploy.ts";

try {
  const deployed = deployedSettings();
  const { apiUrl, tokenUrl } = await deploy(deployed, { args: process.argv.slice(2) });
  console.log(`
Kapok ${deployed.cloud.deployment} is deployed · 木棉已部署
  API      ${apiUrl}   (/docs)
  tokens   ${tokenUrl}

Credentials for an organisation: npm run clients -- issue ORGANISATION
How it is:                       npm run status`);
} catch (error) {
  console.error(`Not deployed: ${explained(error)}`);
  process.exit(1);
}
