import { scopesOf } from "../../lambdas/core/scopes.ts";
import type { Deployment } from "./deployment.ts";

/** One OAuth client: its name in Cognito, and what a row of core's table says of it. */
export interface Client {
  /** The organisation's id, then the client's own name where it has one. */
  label: string;
  organisation: string;
  name: string;
  scopes: string[];
}

/** The clients that a deployment has. Their ids are Cognito's to give: whoever needs them asks it by label. */
export function clientsOf({ ownOrganisations, scenarios }: Deployment): Client[] {
  return ownOrganisations.flatMap(({ id, name, roles, clients }) => {
    const scopes = scopesOf(roles, scenarios);
    if (!clients) return [{ label: id, organisation: id, name, scopes }];
    return clients.toSorted().map((client) => ({ label: `${id} ${client}`, organisation: id, name: client, scopes }));
  });
}
