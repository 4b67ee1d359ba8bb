/** What every right is for, by role: whoever widens one changes this list, and says why. */
const account = "ap-east-1:123456789012";
const table = (noun: string) => `arn:aws:dynamodb:${account}:table/kapok-${noun}`;
const fn = (part: string) => `arn:aws:lambda:${account}:function:kapok-${part}`;
const log = (part: string) => ({
  [`arn:aws:logs:${account}:log-group:/kapok/kapok/${part}:log-stream:*`]: "logs:CreateLogStream logs:PutLogEvents",
});

const reads = "dynamodb:BatchGetItem dynamodb:DescribeTable dynamodb:GetItem dynamodb:Query";
const changes =
  "dynamodb:BatchGetItem dynamodb:BatchWriteItem dynamodb:ConditionCheckItem dynamodb:DeleteItem dynamodb:DescribeTable " +
  "dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:UpdateItem";
/** It also counts rows, where a new life of the store begins. */
const follows = changes.replace("dynamodb:UpdateItem", "dynamodb:Scan dynamodb:UpdateItem");
const sends = "sqs:GetQueueAttributes sqs:GetQueueUrl sqs:SendMessage";
const starts = "lambda:InvokeFunction";
const secret = { [`arn:aws:secretsmanager:${account}:secret:kapok-chain-AbCdEf`]: "secretsmanager:GetSecretValue" };

/** Only where every key of the request begins so, and where the request has keys at all. */
export const accepting = {
  "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["operation#*", "queue#*"] },
  Null: { "dynamodb:LeadingKeys": "false" },
};
const knowing = {
  "ForAllValues:StringLike": {
    "dynamodb:LeadingKeys": ["operation#*", "outcomes#*", "journal#*", "lane*", "book*", "organisations*", "clients*"],
  },
  Null: { "dynamodb:LeadingKeys": "false" },
};
const knows = {
  [table("core")]: "dynamodb:DescribeTable",
  [`${table("core")} if ${JSON.stringify(knowing)}`]: "dynamodb:BatchGetItem dynamodb:GetItem dynamodb:Query",
};
const puts = { [`${table("core")} if ${JSON.stringify(accepting)}`]: "dynamodb:ConditionCheckItem dynamodb:PutItem" };

/** What a scenario's API may do: accept, and read its own projections. */
export const scenarioApi = (scenario: string) => ({
  ...log(`${scenario}-api`),
  ...knows,
  [table(scenario)]: reads,
  ...puts,
});

/** The roles that reach more than one scenario's table, and why. */
export const crossing: Record<string, string> = {
  "state/Role-submitter":
    "a lane carries operations of all scenarios; of their tables it only asks which ones they are",
  "state/Role-deployer":
    "begins a new life of the store where a table is another one; it only asks which ones they are",
  "core/Role-indexer": "a block has events of all scenarios",
  "core/Role-api": "shows no operation of a store that is another one; of the tables it only asks which ones they are",
};

/** Everything that roles may do. */
export const rights: Record<string, Record<string, string>> = {
  "state/Role-submitter": {
    ...log("submitter"),
    ...secret,
    [table("core")]: changes,
    [table("points")]: "dynamodb:DescribeTable",
    // Its own successor, and whoever sees what it sent.
    [fn("submitter")]: starts,
    [fn("indexer")]: starts,
    "core/DeadLetters.Arn": sends,
  },
  "state/Role-deployer": {
    ...log("deployer"),
    ...secret,
    [table("core")]: changes,
    [table("points")]: "dynamodb:DescribeTable",
    // Whose clients are which, and never a secret of theirs.
    "state/Tokens/Pool.Arn": "cognito-idp:ListUserPoolClients",
    // So that rotating need not wait for the next minute.
    [fn("sweeper")]: starts,
  },
  "core/Role-indexer": {
    ...log("indexer"),
    ...secret,
    [table("core")]: follows,
    [table("points")]: follows,
    [fn("indexer")]: starts,
    "core/DeadLetters.Arn": sends,
  },
  "core/Role-waker": {
    ...log("waker"),
    "state/Table-core.StreamArn": "dynamodb:DescribeStream dynamodb:GetRecords dynamodb:GetShardIterator",
    "*": "dynamodb:ListStreams",
    [fn("submitter")]: starts,
    "core/DeadLetters.Arn": sends,
  },
  "core/Role-sweeper": {
    ...log("sweeper"),
    [table("core")]: reads,
    [fn("submitter")]: starts,
    [fn("indexer")]: starts,
    "core/DeadLetters.Arn": sends,
  },
  "core/Role-api": { ...log("api"), ...knows, [table("points")]: "dynamodb:DescribeTable" },
  "points/Role-points-api": scenarioApi("points"),
};
