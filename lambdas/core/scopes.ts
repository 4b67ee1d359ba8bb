import type { Service } from "./scenario.ts";

/** What the clients of an organisation with these roles may do. */
export function scopesOf(roles: readonly string[], scenarios: readonly Service[]): string[] {
  const scopes = scenarios.flatMap((scenario) =>
    Object.entries(scenario.roles).flatMap(([role, { scopes }]) => (roles.includes(role) ? scopes : [])),
  );
  return [...new Set(scopes)];
}

/** Every role that any of these scenarios knows. */
export function everyRole(scenarios: readonly Service[]): string[] {
  return scenarios.flatMap(({ roles }) => Object.keys(roles));
}
