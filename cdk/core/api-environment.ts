import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import packageFile from "../../package.json" with { type: "json" };
import type { Deployment } from "./deployment.ts";
import type { TokenGiver } from "./token-giver.ts";

/** What a function that serves an API reads from its environment. */
export function apiEnvironment(deployment: Deployment, api: HttpApi, tokens: TokenGiver): Record<string, string> {
  return {
    API_URL: api.apiEndpoint,
    TOKEN_URL: tokens.tokenUrl,
    TOKEN_ISSUER: tokens.issuer,
    LONGEST_WAIT_SECONDS: String(deployment.longestWaitSeconds),
    VERSION: packageFile.version,
  };
}
