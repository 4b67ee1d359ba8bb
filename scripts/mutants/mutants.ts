/** A fault as somebody could make it in the sources, and the part of `npm run test:deploy` that must notice. */
export interface Mutant {
  what: string;
  /** Path from the repository's root. */
  file: string;
  /** What stands there, exactly once. */
  found: string;
  planted: string;
  /** Name of the part that fails. */
  part: string;
}

export const mutants: Mutant[] = [
  {
    what: "a missing environment variable",
    file: "cdk/core/submitting.ts",
    found: "{ CHAIN_SECRET: cloud.chainSecret, INDEXER: names.indexer }",
    planted: "{ CHAIN_SECRET: cloud.chainSecret }",
    part: "waking",
  },
  {
    what: "a wrong handler name",
    file: "cdk/core/kapok-function.ts",
    found: 'handler: "index.handler"',
    planted: 'handler: part === "waker" ? "index.handle" : "index.handler"',
    part: "waking",
  },
  {
    what: "a route that is not wired",
    file: "cdk/core/scenario-stack.ts",
    found: "`/v1/${scenario}/{proxy+}`",
    planted: "`/v1/${scenario}s/{proxy+}`",
    part: "waking",
  },
  {
    what: "a filter of the stream that drops records",
    file: "cdk/core/waking.ts",
    found: 'FilterRule.isEqual("INSERT")',
    planted: 'FilterRule.isEqual("REMOVE")',
    part: "waking",
  },
  {
    what: "a missing permission",
    file: "cdk/core/submitting.ts",
    found: "submitterRole,\n      access.changes(core)",
    planted: "submitterRole,\n      access.reads(core)",
    part: "waking",
  },
  {
    what: "a policy that is too wide",
    file: "cdk/core/api-role.ts",
    found: '["operation#", "queue#"]',
    planted: '["operation#", "queue#", "lane"]',
    part: "rights",
  },
  {
    what: "a key that was swapped",
    file: "cdk/core/signing-keys.ts",
    found: "alias(organisation.id, index + 1)",
    planted: 'alias(organisation.id.replace(/-a$/, "-x").replace(/-b$/, "-a").replace(/-x$/, "-b"), index + 1)',
    part: "waking",
  },
  {
    what: "a lost wake-up",
    file: "lambdas/core/submitting/work-off.ts",
    found: "if ((await countWakeUps(kapok.core, organisation)) === seen) return",
    planted: "return",
    part: "waking",
  },
];
