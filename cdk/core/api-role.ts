import type { Role } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { functionRole } from "./function-role.ts";
import { readsOriginSecrets } from "./origin-secrets.ts";
import { TableAccess } from "./table-access.ts";

/**
 * The role of a function that accepts and reads for some scenarios. In core's table it may put operations and their places
 * in the queue, and nothing else; it reads there also who a client is, the book, the organisations, and how full a lane
 * is. Behind the edge it may read the secrets that show what came through it.
 */
export function apiRole(scope: Construct, deployment: Deployment, part: string, scenarios: string[]): Role {
  const role = functionRole(scope, deployment, part);
  const access = new TableAccess(scope);
  const { tables } = deployment;
  role.addToPolicy(access.reads(tables["core"]!, ...scenarios.map((scenario) => tables[scenario]!)));
  role.addToPolicy(access.puts(tables["core"]!, ["operation#", "queue#"]));
  for (const statement of readsOriginSecrets(scope, deployment)) role.addToPolicy(statement);
  return role;
}

/**
 * The role of the function that serves what is below no scenario: operations, documents, problems. It reads in core's table,
 * and of the scenarios' it may ask only which ones they are: whether the store is a recovered one.
 */
export function documentsRole(scope: Construct, deployment: Deployment, part: string): Role {
  const role = functionRole(scope, deployment, part);
  const access = new TableAccess(scope);
  const { core = "", ...projections } = deployment.tables;
  role.addToPolicy(access.reads(core));
  role.addToPolicy(access.identifies(...Object.values(projections)));
  for (const statement of readsOriginSecrets(scope, deployment)) role.addToPolicy(statement);
  return role;
}
