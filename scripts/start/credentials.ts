import { randomBytes } from "node:crypto";
import type { Scenario } from "../../lambdas/core/scenario.ts";
import type { OrganisationSettings } from "../../lambdas/core/settings.ts";
import type { ClientCredentials, Home } from "./home.ts";

/**
 * Gives each organisation of the settings that signs here one client. Clients that exist keep their ids and secrets.
 * @param port the API's port
 */
export async function keepCredentials(
  home: Home,
  organisations: OrganisationSettings[],
  scenarios: readonly Scenario[],
  port: number,
): Promise<void> {
  const known = (await home.credentials())?.clients ?? [];
  const clients = organisations.map(({ id, name, roles }): ClientCredentials => {
    const scopes = scopesOf(roles, scenarios);
    const client = known.find(({ organisation }) => organisation === id);
    if (client) return { ...client, name, scopes };
    const clientId = `${id}-${randomBytes(4).toString("hex")}`;
    return { clientId, clientSecret: randomBytes(32).toString("base64url"), organisation: id, name, scopes };
  });
  const apiUrl = `http://127.0.0.1:${port}`;
  await home.keepCredentials({ apiUrl, tokenUrl: `${apiUrl}/oauth2/token`, clients });
}

function scopesOf(roles: string[], scenarios: readonly Scenario[]): string[] {
  const scopes = scenarios.flatMap((scenario) =>
    Object.entries(scenario.roles).flatMap(([role, { scopes }]) => (roles.includes(role) ? scopes : [])),
  );
  return [...new Set(scopes)];
}
