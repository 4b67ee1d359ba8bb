import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { Deployment } from "../../cdk/core/deployment.ts";
import { clientsOf } from "../../cdk/core/clients.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import { clientIds } from "../../lambdas/core/functions/deployed-clients.ts";
import type { ClientCredentials, Credentials } from "../start/home.ts";
import type { DeployedSettings } from "./deployed-settings.ts";
import { readOutputs } from "./outputs.ts";

/** The user pool has no such client. */
export class NoSuchClient extends Error {
  constructor(organisation: string, known: string[]) {
    super(`${organisation} has no such client here. There are: ${known.join(", ")}`);
    this.name = "NoSuchClient";
  }
}

/**
 * Reads clients and their secrets from the user pool, with the rights of whoever runs this.
 * @param organisation whose clients; everybody's where absent
 * @param name of one client; all of the organisation's where absent
 * @throws NoSuchClient
 */
export async function issueCredentials(
  { settings, cloud }: DeployedSettings,
  organisation?: string,
  name?: string,
): Promise<Credentials> {
  const { poolId, apiUrl, tokenUrl } = await readOutputs(cloud.deployment);
  const inOrder = settings.organisations.map(({ id }) => id);
  const all = clientsOf(new Deployment(settings, scenarios, {})).toSorted(
    (one, other) => inOrder.indexOf(one.organisation) - inOrder.indexOf(other.organisation),
  );
  const chosen = all.filter(
    (client) => (!organisation || client.organisation === organisation) && (!name || client.name === name),
  );
  if (chosen.length === 0) {
    throw new NoSuchClient(
      organisation ?? "nobody",
      all.map(({ label }) => `"${label}"`),
    );
  }
  const ids = await clientIds(poolId);
  const clients: ClientCredentials[] = [];
  for (const { label, ...client } of chosen) {
    const clientId = ids.get(label);
    if (!clientId) throw new NoSuchClient(label, [...ids.keys()]);
    clients.push({ clientId, clientSecret: await secretOf(poolId, clientId), ...client });
  }
  return { apiUrl, tokenUrl, clients };
}

async function secretOf(UserPoolId: string, ClientId: string): Promise<string> {
  const command = new DescribeUserPoolClientCommand({ UserPoolId, ClientId });
  const { UserPoolClient } = await new CognitoIdentityProviderClient().send(command);
  const secret = UserPoolClient?.ClientSecret;
  if (!secret) throw new Error(`the client ${ClientId} has no secret`);
  return secret;
}
