import packageFile from "../../package.json" with { type: "json" };
import type { Deployment } from "./deployment.ts";
import { acceptedSecrets } from "./origin-secrets.ts";
import type { TokenGiver } from "./token-giver.ts";

/** What a function that serves an API reads from its environment. @param apiUrl where clients find the API */
export function apiEnvironment(deployment: Deployment, apiUrl: string, tokens: TokenGiver): Record<string, string> {
  const secrets = acceptedSecrets(deployment);
  return {
    API_URL: apiUrl,
    TOKEN_URL: tokens.tokenUrl,
    TOKEN_ISSUER: tokens.issuer,
    LONGEST_WAIT_SECONDS: String(deployment.longestWaitSeconds),
    VERSION: packageFile.version,
    ...(secrets.length > 0 && { ORIGIN_SECRETS: secrets.join() }),
  };
}
