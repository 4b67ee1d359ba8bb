import type { Made } from "./made.ts";

/** What a policy says, one action and resource each. */
export interface Statement {
  /** Path of the policy, or of what has it. */
  where: string;
  /** Path of the role that may or may not; absent in the policy of a resource. */
  role?: string;
  effect: "Allow" | "Deny";
  principal?: unknown;
  action: string;
  resource: string;
  condition?: unknown;
}

interface Written {
  Effect: "Allow" | "Deny";
  Principal?: unknown;
  Action?: string | string[];
  NotAction?: unknown;
  Resource?: string | string[];
  NotResource?: unknown;
  Condition?: unknown;
}

/** What the policies of roles say, whether they stand in the role or beside it. */
export function roleStatements(made: Made): Statement[] {
  const inside = made
    .all("IAM::Role")
    .flatMap(({ path, properties }) =>
      (properties["Policies"] ?? []).flatMap((policy: { PolicyDocument: Document }) =>
        statements(path, policy.PolicyDocument, path),
      ),
    );
  const beside = made
    .all("IAM::Policy")
    .flatMap(({ path, properties }) =>
      properties["Roles"].flatMap((role: string) =>
        statements(path, properties["PolicyDocument"], role.replace(/\.Arn$/, "")),
      ),
    );
  return [...inside, ...beside];
}

/** What the policies of keys, queues and topics say. */
export function resourceStatements(made: Made): Statement[] {
  return made.resources.flatMap(({ type, path, properties }) => {
    if (type === "AWS::IAM::Policy") return [];
    const document = (properties["KeyPolicy"] ?? properties["PolicyDocument"]) as Document | undefined;
    return document ? statements(path, document) : [];
  });
}

interface Document {
  Statement: Written[];
}

function statements(where: string, { Statement }: Document, role?: string): Statement[] {
  return Statement.flatMap((written) => {
    const { Effect: effect, Principal: principal, Condition: condition, Action, Resource } = written;
    // "Everything but" widens by itself whenever AWS has something new.
    if (written.NotAction || written.NotResource || !Action) throw new Error(`${where} says what it does not mean`);
    return list(Action).flatMap((action) =>
      list(Resource ?? "").map((resource) => ({
        where,
        ...(role !== undefined && { role }),
        effect,
        ...(principal !== undefined && { principal }),
        action,
        resource,
        ...(condition !== undefined && { condition }),
      })),
    );
  });
}

function list<T>(one: T | T[]): T[] {
  return Array.isArray(one) ? one : [one];
}
