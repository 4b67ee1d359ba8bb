import type { Role } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import type { Deployment } from "./deployment.ts";
import { functionRole } from "./function-role.ts";
import { readsOriginSecrets } from "./origin-secrets.ts";
import { TableAccess } from "./table-access.ts";

/** What an API has to know of core's table: operations and how far they are, who asks, and whether the book is whole. */
const known = ["operation#", "outcomes#", "journal#", "lane", "book", "organisations", "clients"];

/**
 * The role of a function that accepts and reads for a scenario. In core's table it may put operations and their places in
 * the queue, and nothing else. Behind the edge it may read the secrets that show what came through it.
 */
export function apiRole(scope: Construct, deployment: Deployment, part: string, scenario: string): Role {
  const { role, access, core } = readingRole(scope, deployment, part);
  const own = deployment.tables[scenario]!;
  role.addToPolicy(access.reads(own));
  role.addToPolicy(access.puts(core, ["operation#", "queue#"]));
  return role;
}

/**
 * The role of the function that serves what is below no scenario: operations, documents, problems. Of the scenarios' tables
 * it may ask only which ones they are: whether the store is a recovered one.
 */
export function documentsRole(scope: Construct, deployment: Deployment, part: string): Role {
  const { role, access } = readingRole(scope, deployment, part);
  const { core, ...projections } = deployment.tables;
  role.addToPolicy(access.identifies(...Object.values(projections)));
  return role;
}

function readingRole(scope: Construct, deployment: Deployment, part: string) {
  const role = functionRole(scope, deployment, part);
  const access = new TableAccess(scope);
  const core = deployment.tables["core"]!;
  role.addToPolicy(access.readsOf(core, known));
  role.addToPolicy(access.identifies(core));
  for (const statement of readsOriginSecrets(scope, deployment)) role.addToPolicy(statement);
  return { role, access, core };
}
