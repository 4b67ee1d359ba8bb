import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Scenario, Service } from "./scenario.ts";
import type { Logger } from "./log.ts";
import { remembered } from "./remembered.ts";
import { Table } from "./store/table.ts";

/** For how long a process may not notice that its tables are others. */
const IDENTITY_MILLISECONDS = 10_000;

/** Names of the tables, by what they are for: `core`, and each scenario's name. */
export type TableNames = Readonly<Record<string, string>>;

/** Table names that begin alike: `<prefix>-core`, `<prefix>-<scenario>`. */
export function tableNames(prefix: string, scenarios: readonly Service[]): TableNames {
  const nouns = ["core", ...scenarios.map(({ name }) => name)];
  return Object.fromEntries(nouns.map((noun) => [noun, `${prefix}-${noun}`]));
}

/** What every part of one deployment shares: its scenarios, its tables, its log. */
export class Kapok<Known extends Service = Scenario> {
  readonly scenarios: readonly Known[];
  readonly log: Logger;
  readonly client: DynamoDBDocumentClient;
  /** Operations, queues, lanes, journals, the book. */
  readonly core: Table;
  private readonly projections: Map<string, Table>;

  /**
   * @param names of the tables: `core`, and the name of each scenario whose projection is at hand
   * @param local whether the tables are a local engine's
   */
  constructor(
    scenarios: readonly Known[],
    client: DynamoDBDocumentClient,
    names: TableNames,
    log: Logger,
    local = true,
  ) {
    this.scenarios = scenarios;
    this.log = log;
    this.client = client;
    const { core, ...projections } = names;
    if (core === undefined) throw new Error("the table of core has no name");
    this.core = new Table(client, core, local);
    this.projections = new Map(
      Object.entries(projections).map(([scenario, name]) => [scenario, new Table(client, name, local)]),
    );
  }

  scenario(name: string): Known {
    const scenario = this.scenarios.find((candidate) => candidate.name === name);
    if (!scenario) throw new Error(`this Kapok has no scenario ${name}: update it, or restore the list of scenarios`);
    return scenario;
  }

  /** The projection of a scenario. */
  projection(scenario: string): Table {
    const table = this.projections.get(scenario);
    if (!table) throw new Error(`this Kapok has no table for the scenario ${scenario}`);
    return table;
  }

  /** Core's table and those of the scenarios. */
  tables(): Table[] {
    return [this.core, ...this.projections.values()];
  }

  /** The identities that DynamoDB gave the tables, by name: one that was restored or made anew has another. */
  async readIdentities(): Promise<Record<string, string>> {
    const identities = this.tables().map(async (table) => [table.name, await table.identity()] as const);
    return Object.fromEntries(await Promise.all(identities));
  }

  /** The same, as it was at most ten seconds ago. */
  readonly identities = remembered(() => this.readIdentities(), IDENTITY_MILLISECONDS);
}
