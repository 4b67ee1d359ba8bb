import { randomBytes } from "node:crypto";
import { scopesOf } from "../../lambdas/core/scopes.ts";
import type { Scenario } from "../../lambdas/core/scenario.ts";
import type { OrganisationSettings } from "../../lambdas/core/settings.ts";
import type { ClientCredentials, Home } from "./home.ts";

/**
 * Gives each organisation of the settings that signs here its clients: one with its own name, where the settings name
 * none. Clients that exist keep their ids and secrets.
 * @param port the API's port
 */
export async function keepCredentials(
  home: Home,
  organisations: OrganisationSettings[],
  scenarios: readonly Scenario[],
  port: number,
): Promise<void> {
  const known = (await home.credentials())?.clients ?? [];
  const clients = organisations.flatMap(({ id, name, roles, clients = [name] }) =>
    clients.map((client): ClientCredentials => {
      const scopes = scopesOf(roles, scenarios);
      const kept = known.find((each) => each.organisation === id && each.name === client);
      if (kept) return { ...kept, scopes };
      const clientId = `${id}-${randomBytes(4).toString("hex")}`;
      return { clientId, clientSecret: randomBytes(32).toString("base64url"), organisation: id, name: client, scopes };
    }),
  );
  const apiUrl = `http://127.0.0.1:${port}`;
  await home.keepCredentials({ apiUrl, tokenUrl: `${apiUrl}/oauth2/token`, clients });
}
