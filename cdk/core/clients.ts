import type { NamedClient } from "../../lambdas/core/functions/deployed-clients.ts";
import { scopesOf } from "../../lambdas/core/scopes.ts";
import type { Deployment } from "./deployment.ts";

/** The clients that a deployment has. Their ids are Cognito's to give: whoever needs them asks it by label. */
export function clientsOf({ ownOrganisations, scenarios }: Deployment): NamedClient[] {
  return ownOrganisations.flatMap(({ id, name, roles, clients }) => {
    const scopes = scopesOf(roles, scenarios);
    if (!clients) return [{ label: id, organisation: id, name, scopes }];
    return clients.toSorted().map((client) => ({ label: `${id} ${client}`, organisation: id, name: client, scopes }));
  });
}
