import { CognitoIdentityProviderClient, paginateListUserPoolClients } from "@aws-sdk/client-cognito-identity-provider";
import type { Kapok } from "../kapok.ts";
import type { ClientRow } from "../store/clients.ts";
import { forgetClient, keepClient, readClients } from "../store/clients.ts";

/** A client that the settings ask for. */
export interface NamedClient extends Omit<ClientRow, "clientId"> {
  /** Its name in the user pool: the organisation's id, then the client's own name where it has one. */
  label: string;
}

/** Notes to whom each client of the user pool belongs; one that the settings do not name any more is let in no longer. */
export async function keepClients(kapok: Kapok, pool: string, wanted: NamedClient[]): Promise<void> {
  const ids = await clientIds(pool);
  const kept = new Set<string>();
  for (const { label, ...client } of wanted) {
    const clientId = ids.get(label);
    if (!clientId) throw new Error(`the user pool has no client "${label}": deploy the state first`);
    await keepClient(kapok.core, { clientId, ...client });
    kept.add(clientId);
  }
  for (const { clientId } of await readClients(kapok.core)) {
    if (!kept.has(clientId)) await forgetClient(kapok.core, clientId);
  }
}

/** Ids of the clients of a user pool, by name. */
export async function clientIds(UserPoolId: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const client = new CognitoIdentityProviderClient();
  for await (const { UserPoolClients = [] } of paginateListUserPoolClients(
    { client },
    { UserPoolId, MaxResults: 60 },
  )) {
    for (const { ClientName = "", ClientId = "" } of UserPoolClients) ids.set(ClientName, ClientId);
  }
  return ids;
}
