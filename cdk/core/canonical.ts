import type { Settings } from "../../lambdas/core/settings.ts";

/** Stands for the nodes of a book that is joined: a deployment has them from its secret, and templates are no secret. */
const NODES = "https://nodes.invalid";

/**
 * The settings as text that does not change with the order in which they were written, and without what only templates
 * need. Hashes stand without their prefix: no template may hold what looks like a private key.
 */
export function canonical(settings: Settings): string {
  const { cloud: _, ...rest } = settings;
  const book = rest.book === "create" ? rest.book : { ...rest.book, rpcUrl: NODES };
  const organisations = settings.organisations.toSorted((one, other) => (one.id < other.id ? -1 : 1));
  return JSON.stringify(sorted({ ...rest, book, organisations })).replaceAll(/"0x([0-9a-f]{64})"/g, '"$1"');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
