import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CloudSettings } from "../../lambdas/core/cloud-settings.ts";
import { placeOf, tablesOf } from "../../lambdas/core/cloud-settings.ts";
import type { TableNames } from "../../lambdas/core/kapok.ts";
import { tableNames } from "../../lambdas/core/kapok.ts";
import type { Scenario } from "../../lambdas/core/scenario.ts";
import type { OrganisationSettings, Settings } from "../../lambdas/core/settings.ts";
import { SettingsInvalid, signsHere } from "../../lambdas/core/settings.ts";
import type { Bundle } from "./bundle.ts";
import { restoredTableFaults } from "./restored-tables.ts";

/** Below so many concurrent executions in an account, nobody waits in a function for what another one does. */
export const EXECUTIONS_FOR_WAITING = 100;
/** The most that `Prefer: wait` may ask for, seconds. */
const LONGEST_WAIT_SECONDS = 20;

/** What one deployment is made of: everything that the stacks read, and nothing of AWS. */
export class Deployment {
  readonly settings: Settings;
  readonly cloud: CloudSettings;
  readonly scenarios: readonly Scenario[];
  readonly bundles: Readonly<Record<string, Bundle>>;
  /** For how long a request may be held, seconds. */
  readonly longestWaitSeconds: number;

  /**
   * @param bundles code of the functions, by the name of the part
   * @param executions how many functions of the account may run at once, where that is known
   * @throws SettingsInvalid where the settings say nothing of a cloud, or name tables that cannot be meant
   */
  constructor(
    settings: Settings,
    scenarios: readonly Scenario[],
    bundles: Readonly<Record<string, Bundle>>,
    executions = 0,
  ) {
    if (!settings.cloud) throw new SettingsInvalid(["cloud: is needed to deploy; docs/operations.md has an example"]);
    this.settings = settings;
    this.cloud = settings.cloud;
    this.scenarios = scenarios;
    this.bundles = bundles;
    const faults = restoredTableFaults(this.cloud, this.nouns);
    if (faults.length > 0) throw new SettingsInvalid(faults);
    this.longestWaitSeconds = executions < EXECUTIONS_FOR_WAITING ? 0 : LONGEST_WAIT_SECONDS;
  }

  get name(): string {
    return this.cloud.deployment;
  }

  /** The account and region that everything stands in. */
  get environment(): { account: string; region: string } {
    return placeOf(this.cloud);
  }

  /** Whether this deployment creates its book, and so administers it. */
  get administers(): boolean {
    return this.settings.book === "create";
  }

  /** Organisations whose keys this deployment has or uses, in an order that does not depend on the file. */
  get ownOrganisations(): OrganisationSettings[] {
    return this.settings.organisations.filter(signsHere).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** What tables are for. */
  get nouns(): string[] {
    return ["core", ...this.scenarios.map(({ name }) => name)];
  }

  /** Names of the tables that are worked with: the deployment's own, or one that was recovered. */
  get tables(): TableNames {
    return tablesOf(this.cloud, this.scenarios);
  }

  /** Names of the tables that this deployment made. */
  get ownTables(): TableNames {
    return tableNames(this.name, this.scenarios);
  }

  /** The name of a function. */
  functionName(part: string): string {
    return `${this.name}-${part}`;
  }

  /** The name of a function's role; a role's name is one of the whole account. */
  roleName(part: string): string {
    return `${this.functionName(part)}-${this.environment.region}`;
  }

  bundle(part: string): Bundle {
    const bundle = this.bundles[part];
    if (!bundle) throw new Error(`there is no bundle of ${part}`);
    return bundle;
  }

  /** A hash of a part's code. */
  codeHash(part: string): string {
    return createHash("sha256")
      .update(readFileSync(join(this.bundle(part).folder, "index.mjs")))
      .digest("hex")
      .slice(0, 16);
  }
}
