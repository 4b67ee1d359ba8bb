/**
 * `npm run clients -- issue ORGANISATION [CLIENT] [--file PATH]`: reads the client's id and secret with the operator's own
 * rights, and writes them to a file that only its owner can read. It prints no secret.
 */
import { parseArgs } from "node:util";
import { explained } from "../../lambdas/core/log.ts";
import { writeDurably } from "../start/durable-file.ts";
import { deployedSettings } from "./deployed-settings.ts";
import { issueCredentials } from "./issue-credentials.ts";

try {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { file: { type: "string" } } });
  const [verb, organisation, name] = positionals;
  if (verb !== "issue" || !organisation)
    throw new Error("npm run clients -- issue ORGANISATION [CLIENT] [--file PATH]");
  const credentials = await issueCredentials(deployedSettings(), organisation, name);
  const path = values.file ?? `credentials-${organisation}.json`;
  writeDurably(path, `${JSON.stringify(credentials, null, 2)}\n`, 0o600);
  const clients = credentials.clients.map(({ name: each }) => `"${each}"`).join(", ");
  console.log(`${path} (only you can read it) has ${clients} of ${organisation}. Hand it over, then delete it.`);
} catch (error) {
  console.error(`No credentials: ${explained(error)}`);
  process.exit(1);
}
