import { Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";

const reading = ["GetItem", "BatchGetItem", "Query"];
const putting = ["PutItem", "ConditionCheckItem"];
const changing = [...putting, "UpdateItem", "DeleteItem", "BatchWriteItem"];

/** What a function may do with tables, action by action. */
export class TableAccess {
  private readonly scope: Construct;

  constructor(scope: Construct) {
    this.scope = scope;
  }

  /** Reads items and lists partitions. */
  reads(...tables: string[]): PolicyStatement {
    return this.allows([...reading, "DescribeTable"], tables);
  }

  /** Asks which table it is: one that was recovered or made anew has another identity. */
  identifies(...tables: string[]): PolicyStatement {
    return this.allows(["DescribeTable"], tables);
  }

  /** Counts items, as an indexer does that begins a new life of the store: whether rows still come or go. */
  counts(...tables: string[]): PolicyStatement {
    return this.allows(["Scan"], tables);
  }

  /** Reads and changes items; whole tables it neither scans nor deletes. */
  changes(...tables: string[]): PolicyStatement {
    return this.allows([...reading, ...changing, "DescribeTable"], tables);
  }

  /**
   * Reads items, and lists partitions, that begin in one of these ways.
   * @param beginnings of partition keys
   */
  readsOf(table: string, beginnings: string[]): PolicyStatement {
    return this.within(beginnings, reading, table);
  }

  /**
   * Puts new items whose partition begins in one of these ways, on conditions.
   * @param beginnings of partition keys
   */
  puts(table: string, beginnings: string[]): PolicyStatement {
    return this.within(beginnings, putting, table);
  }

  private within(beginnings: string[], actions: string[], table: string): PolicyStatement {
    const statement = this.allows(actions, [table]);
    statement.addCondition("ForAllValues:StringLike", {
      "dynamodb:LeadingKeys": beginnings.map((beginning) => `${beginning}*`),
    });
    // A request without keys would pass the other condition.
    statement.addCondition("Null", { "dynamodb:LeadingKeys": "false" });
    return statement;
  }

  private allows(actions: string[], tables: string[]): PolicyStatement {
    const { partition, region, account } = Stack.of(this.scope);
    return new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: tables.map((name) => `arn:${partition}:dynamodb:${region}:${account}:table/${name}`),
    });
  }
}
