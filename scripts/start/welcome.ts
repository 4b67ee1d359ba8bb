import { join, resolve } from "node:path";
import type { Scenario } from "../../lambdas/core/scenario.ts";
import type { Signing } from "../../lambdas/core/administering/admit-organisations.ts";

export interface Welcome {
  apiUrl: string;
  chainUrl: string;
  home: string;
  strangers: Signing[];
  scenarios: readonly Scenario[];
}

/** What a person reads when Kapok runs: where everything is, and one thing to try. */
export function welcome({ apiUrl, chainUrl, home, strangers, scenarios }: Welcome): string {
  const lines = [
    "",
    "Kapok runs.",
    `  API          ${apiUrl}`,
    `  documents    ${apiUrl}/docs   ${apiUrl}/openapi.json`,
    `  chain        ${chainUrl}`,
    `  credentials  ${join(home, "credentials.json")}`,
    `  the book     ${join(home, "book.json")}`,
    `  logs         ${join(home, "logs")}`,
    "",
  ];
  for (const { organisation, signer } of strangers) {
    lines.push(
      `The book does not know the signer of ${organisation.id} yet: ${signer}`,
      `  Ask its operator to add { "id": "${organisation.id}", "name": "${organisation.name}", ` +
        `"roles": ${JSON.stringify(organisation.roles)}, "signer": "${signer}" } to the settings and start again.`,
      "  This Kapok goes on by itself once that is done.",
      "",
    );
  }
  if (strangers.length === 0) {
    const elsewhere = home === resolve(".kapok") ? [] : [`  export KAPOK_HOME=${home}`];
    for (const { example } of scenarios) {
      lines.push("Try it in another terminal:", "", ...elsewhere, example(apiUrl), "");
    }
  }
  lines.push("Ctrl-C stops it; starting again goes on where it stopped.");
  return lines.join("\n");
}
