import type { Placed } from "./references.ts";
import { References } from "./references.ts";
import type { StackTemplate } from "./sample-templates.ts";

/** Something that is used: a table, keys, a pool. */
export interface Column {
  /** The stack; absent for what an operator makes. */
  stack?: string;
  title: string;
  about: string[];
}

/** Something that acts: a function, a rule, the alarms. */
export interface Row {
  stack: string;
  title: string;
  about: string[];
  /** What starts it from outside. */
  triggers: string[];
  /** Titles of the rows that it starts. */
  starts: string[];
  /** What it does with which column. */
  uses: Map<Column, Set<string>>;
  /** The column whose stream starts it. */
  stream?: { column: Column; passes: string };
}

/** A deployment as it can be drawn: who uses what, and who starts whom. */
export interface Drawable {
  columns: Column[];
  rows: Row[];
}

/** Reads who uses what from templates: from statements of policies, mappings, routes, rules and alarms. */
export function drawable(templates: Record<string, StackTemplate>): Drawable {
  return new Reading(new References(templates)).read();
}

/** What actions on a table are for, the strongest first. */
const tableUses: [string, string][] = [
  ["dynamodb:UpdateItem", "changes"],
  ["dynamodb:PutItem", "adds"],
  ["dynamodb:GetItem", "reads"],
  ["dynamodb:DescribeTable", "identity"],
];

/** What other actions are for. */
const uses: Record<string, string> = {
  "sqs:SendMessage": "what failed",
  "secretsmanager:GetSecretValue": "reads",
  "cognito-idp:ListUserPoolClients": "lists",
  "kms:Sign": "signs",
  "kms:GetPublicKey": "public key",
};

/** Actions that say nothing about who uses what. */
const silent = /^(logs:|ec2:|sqs:GetQueue|dynamodb:(DescribeStream|GetRecords|GetShardIterator|ListStreams|Scan))/;

class Reading {
  private readonly references: References;
  private readonly columns = new Map<string, Column>();
  private readonly rows = new Map<string, Row>();
  /** Titles of functions by the names of their roles. */
  private readonly actors = new Map<string, Row>();

  constructor(references: References) {
    this.references = references;
  }

  read(): Drawable {
    this.makeColumns();
    this.makeFunctions();
    for (const policy of this.references.ofType("AWS::IAM::Policy")) this.readPolicy(policy);
    for (const key of this.references.ofType("AWS::KMS::Key")) this.readKeyPolicy(key);
    this.readTriggers();
    this.readRules();
    this.readAlarms();
    this.joinKeys();
    return { columns: [...new Set(this.columns.values())], rows: [...this.rows.values()].toSorted(byTrigger) };
  }

  private makeColumns(): void {
    const add = (resource: Placed, title: string, ...about: string[]) =>
      this.columns.set(placeOf(resource), { stack: resource.stack, title, about });
    for (const table of this.references.ofType("AWS::DynamoDB::Table")) {
      const { TableName, StreamSpecification } = table.Properties;
      add(table, TableName, "table", ...(StreamSpecification ? ["with a stream"] : []));
    }
    for (const key of this.references.ofType("AWS::KMS::Key")) {
      add(key, "signing key", key.Properties["Description"].split(": ")[1]);
    }
    for (const pool of this.references.ofType("AWS::Cognito::UserPool")) {
      if (pool.Type !== "AWS::Cognito::UserPool") continue;
      const clients = this.references.ofType("AWS::Cognito::UserPoolClient").length;
      add(pool, "user pool", "gives tokens to", `${clients} clients`);
    }
    for (const topic of this.references.ofType("AWS::SNS::Topic")) {
      if (topic.Type !== "AWS::SNS::Topic") continue;
      const people = this.references.ofType("AWS::SNS::Subscription").length;
      add(topic, topic.Properties["TopicName"], "topic", `${people} subscriber${people === 1 ? "" : "s"}`);
    }
    for (const queue of this.references.ofType("AWS::SQS::Queue")) {
      if (queue.Type === "AWS::SQS::Queue") add(queue, "dead letters", "queue");
    }
  }

  private makeFunctions(): void {
    for (const made of this.references.ofType("AWS::Lambda::Function")) {
      const { FunctionName, Description, Timeout, MemorySize, Role, Environment } = made.Properties;
      const row = this.row(made, FunctionName, Description, `${Timeout} s, ${MemorySize} MB`);
      this.actors.set(this.references.find(this.references.text(made.stack, Role))!.id, row);
      const issuer = Environment?.Variables?.TOKEN_ISSUER;
      if (issuer) this.use(row, this.references.text(made.stack, issuer), "verifies");
    }
  }

  private readPolicy({ stack, Properties: { PolicyDocument, Roles } }: Placed): void {
    for (const name of Roles.map((role: unknown) => this.references.text(stack, role))) {
      const row = this.actors.get(this.references.find(`:role/${name}`)!.id)!;
      for (const statement of PolicyDocument.Statement.filter(({ Effect }: any) => Effect === "Allow")) {
        const actions = list(statement.Action).filter((action) => !silent.test(action));
        for (const resource of list(statement.Resource))
          this.allow(row, actions, this.references.text(stack, resource));
      }
    }
  }

  private allow(row: Row, actions: string[], resource: string): void {
    if (actions.length === 0) return;
    if (actions.includes("lambda:InvokeFunction")) {
      row.starts.push(this.references.find(resource)!.Properties["FunctionName"]);
    } else if (actions.every((action) => action.startsWith("dynamodb:"))) {
      this.use(row, resource, tableUses.find(([action]) => actions.includes(action))![1]);
    } else {
      for (const action of actions) {
        if (!uses[action]) throw new Error(`the picture does not know what ${action} is for`);
        this.use(row, resource, uses[action]);
      }
    }
  }

  /** Who may sign is said by the key, not by the role. */
  private readKeyPolicy(key: Placed): void {
    for (const { Effect, Action, Principal } of key.Properties["KeyPolicy"].Statement) {
      if (Effect !== "Allow") continue;
      for (const principal of list(Principal.AWS)) {
        const row = this.actors.get(this.references.find(this.references.text(key.stack, principal))?.id ?? "");
        for (const action of row ? list(Action) : []) this.use(row!, placeOf(key), uses[action]!);
      }
    }
  }

  private readTriggers(): void {
    const { references } = this;
    for (const { stack, Properties } of references.ofType("AWS::ApiGatewayV2::Route")) {
      const integration = references.find(references.text(stack, Properties["Target"]))!;
      const made = references.text(integration.stack, integration.Properties["IntegrationUri"]);
      this.rowOf(made).triggers.push(`HTTP API: ${Properties["RouteKey"]}`);
    }
    for (const { stack, Properties } of references.ofType("AWS::Lambda::EventSourceMapping")) {
      const row = this.rowOf(`:function:${references.text(stack, Properties["FunctionName"])}`);
      const column = this.columnOf(references.text(stack, Properties["EventSourceArn"]));
      row.stream = { column, passes: Properties["FilterCriteria"].Filters.map(passed).join(", ") };
    }
    for (const { stack, Type, Properties } of references.ofType("Custom::")) {
      this.rowOf(references.text(stack, Properties["ServiceToken"])).triggers.push(`resource: ${Type.split("::")[1]}`);
    }
  }

  private readRules(): void {
    for (const rule of this.references.ofType("AWS::Events::Rule")) {
      const { stack, Properties } = rule;
      const { ScheduleExpression, EventPattern, Targets } = Properties;
      const watched =
        EventPattern &&
        this.row(
          rule,
          "key touched",
          `a rule for ${EventPattern.detail.eventName.length} calls`,
          "that CloudTrail records",
        );
      for (const key of EventPattern?.detail.resources.ARN ?? [])
        this.use(watched, this.references.text(stack, key), "watches");
      for (const target of Targets) {
        const arn = this.references.text(stack, target.Arn);
        if (watched) this.use(watched, arn, "tells");
        else this.rowOf(arn).triggers.push(`schedule: ${ScheduleExpression}`);
        const failed = target.DeadLetterConfig && this.references.text(stack, target.DeadLetterConfig.Arn);
        if (failed) this.use(this.rowOf(arn), failed, "what failed");
      }
    }
  }

  private readAlarms(): void {
    const all = this.references.ofType("AWS::CloudWatch::Alarm");
    const [first] = all;
    if (!first) return;
    const namespaces = [...new Set(all.map(({ Properties }) => Properties["Namespace"]))].join(", ");
    const row = this.row(first, `${all.length} alarms`, `on metrics of ${namespaces}`);
    for (const { stack, Properties } of all) {
      for (const action of Properties["AlarmActions"]) this.use(row, this.references.text(stack, action), "tells");
    }
  }

  /** Keys that all rows use alike are one column. */
  private joinKeys(): void {
    const known = new Map<string, Column[]>();
    for (const key of this.references.ofType("AWS::KMS::Key")) {
      const column = this.columns.get(placeOf(key))!;
      const used = [...this.rows.values()].map(({ uses: all }) => [...(all.get(column) ?? [])].join());
      known.set(used.join("|"), [...(known.get(used.join("|")) ?? []), column]);
    }
    for (const [first, ...others] of known.values()) {
      if (others.length === 0) continue;
      first!.title = `${others.length + 1} signing keys`;
      first!.about = ["one for each", "organisation"];
      for (const [place, column] of this.columns) if (others.includes(column)) this.columns.delete(place);
      for (const { uses: all } of this.rows.values()) for (const other of others) all.delete(other);
    }
  }

  private row({ stack }: Placed, title: string, ...about: string[]): Row {
    const row: Row = { stack, title, about, triggers: [], starts: [], uses: new Map() };
    this.rows.set(title, row);
    return row;
  }

  private rowOf(text: string): Row {
    return this.rows.get(this.references.find(text)!.Properties["FunctionName"])!;
  }

  /** What is in no template is an operator's: the secret, or a key in another account. */
  private columnOf(text: string): Column {
    const found = this.references.find(text);
    const place = found ? placeOf(found) : text;
    const column = this.columns.get(place) ?? {
      title: text.split(":")[2]!,
      about: [text.split(":").slice(6).join(":")],
    };
    if (text.startsWith("arn:aws:secretsmanager:"))
      Object.assign(column, { title: "secret", about: ["nodes of the chain"] });
    this.columns.set(place, column);
    return column;
  }

  private use(row: Row, text: string, word: string): void {
    const column = this.columnOf(text);
    row.uses.set(column, (row.uses.get(column) ?? new Set()).add(word));
  }
}

function placeOf({ stack, id }: Placed): string {
  return `<${stack}.${id}>`;
}

function list(value: any): string[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** What a filter lets through, such as `new queue#`. */
function passed({ Pattern }: { Pattern: string }): string {
  const { eventName, dynamodb } = JSON.parse(Pattern);
  return `${eventName[0] === "INSERT" ? "new" : "changed"} ${dynamodb.Keys.pk.S[0].prefix}`;
}

/** Rows in the order in which something comes in: by the API, by the stream, from others, by the clock, by a deployment. */
function byTrigger(one: Row, other: Row): number {
  return rank(one) - rank(other);
}

function rank({ stream, triggers: [first], uses: used }: Row): number {
  if (stream) return 1;
  if (first) return { "HTTP API": 0, schedule: 3, resource: 4 }[first.split(": ")[0]!] ?? 5;
  return [...used.values()].some((words) => words.has("tells")) ? 6 : 2;
}
