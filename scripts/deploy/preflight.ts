import {
  CognitoIdentityProviderClient,
  DescribeUserPoolDomainCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { GetAccountSettingsCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { EXECUTIONS_FOR_WAITING } from "../../cdk/core/deployment.ts";
import { expectChain } from "../../lambdas/core/chain/expect-chain.ts";
import { openChain } from "../../lambdas/core/functions/open-chain.ts";
import { saying } from "../../lambdas/core/log.ts";
import type { DeployedSettings } from "./deployed-settings.ts";
import { edgeAdvice, expectNextSecret } from "./edge-preflight.ts";
import { expectOrganisations } from "./organisations-preflight.ts";
import { readPoolId } from "./outputs.ts";

/** What was found before anything is deployed. */
export interface Preflight {
  /** What was looked at, and is well. */
  found: string[];
  /** What an operator should raise; it can be deployed all the same. */
  advice: string[];
  /** How many functions of the account may run at once. */
  executions: number;
}

/** Something must be mended before anything is deployed. The message has each fault. */
export class NotReady extends Error {
  constructor(faults: string[]) {
    super(`it cannot be deployed yet:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.name = "NotReady";
  }
}

/**
 * Looks at everything that a deployment needs and cannot make: credentials, region, quotas, the chain, the name of the token
 * endpoint.
 * @throws NotReady
 */
export async function preflight(deployed: DeployedSettings): Promise<Preflight> {
  const faults: string[] = [];
  const found: string[] = [];
  const look = async (what: () => Promise<string>) => {
    await what().then(
      (line) => found.push(line),
      (error) => faults.push(saying(error)),
    );
  };
  await look(() => account(deployed));
  if (faults.length > 0) throw new NotReady(faults);
  await look(() => chain(deployed));
  await look(() => tokenDomain(deployed));
  await look(() => expectOrganisations(deployed));
  if (deployed.cloud.edge) await look(() => expectNextSecret(deployed.cloud));
  const executions = await new LambdaClient()
    .send(new GetAccountSettingsCommand())
    .then(({ AccountLimit }) => AccountLimit?.ConcurrentExecutions ?? 0);
  if (faults.length > 0) throw new NotReady(faults);
  found.push(`Lambda: ${executions} functions at once`);
  const advice =
    executions < EXECUTIONS_FOR_WAITING
      ? [
          `Lambda runs ${executions} functions at once in this account: nothing waits, every write is answered with 202. ` +
            `Raise the quota "Concurrent executions" (L-B99A9384) to 1,000, then deploy again.`,
        ]
      : [];
  return { found, advice: [...advice, ...edgeAdvice(deployed.cloud)], executions };
}

async function account({ account, region }: DeployedSettings): Promise<string> {
  const { Account, Arn } = await new STSClient().send(new GetCallerIdentityCommand()).catch((error) => {
    throw new Error("there are no credentials of AWS that are good for anything", { cause: error });
  });
  if (Account !== account) {
    throw new Error(
      `the credentials are of account ${Account}; the chain's secret, and so the deployment, is in ${account}`,
    );
  }
  return `account ${account}, region ${region}, as ${Arn}`;
}

async function chain({ cloud, settings }: DeployedSettings): Promise<string> {
  const opened = await openChain(cloud.chainSecret);
  const [chainId, genesis, head] = [await opened.chainId(), await opened.block(0), await opened.head()];
  if (settings.book !== "create") await expectChain(opened, settings.book);
  return `chain ${chainId}, genesis ${genesis?.hash}, block ${head}`;
}

/** The name is nobody's yet, or this deployment's. */
async function tokenDomain({ cloud }: DeployedSettings): Promise<string> {
  const client = new CognitoIdentityProviderClient();
  const answer = await client.send(new DescribeUserPoolDomainCommand({ Domain: cloud.tokenDomain }));
  const owner = answer.DomainDescription?.UserPoolId;
  if (owner && owner !== (await readPoolId(cloud.deployment))) {
    throw new Error(`the token domain ${cloud.tokenDomain} belongs to the user pool ${owner}: choose another`);
  }
  return `token domain ${cloud.tokenDomain}`;
}
