import * as z from "zod";
import type { TableNames } from "./kapok.ts";
import { tableNames } from "./kapok.ts";
import type { Service } from "./scenario.ts";

const arn = (service: string, rest: string) =>
  z.string().regex(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:${rest}$`), `the ARN of ${service}`);

/** Names begin with it: a deployment beside another one in one account has another. */
const deployment = z.string().regex(/^[a-z][a-z0-9-]{0,19}$/, "a small letter, then up to 19 of a-z 0-9 -");

const form = z.strictObject({
  deployment: deployment.default("kapok"),
  /** ARN of the secret that holds `{ "urls": [...], "headers"?: {...}, "ca"?: "..." }` of the chain's nodes. */
  chainSecret: arn("secretsmanager", "secret:[A-Za-z0-9/_+=.@-]+"),
  /** In the URL of the token endpoint; nobody else in the region may have it. */
  tokenDomain: z.string().regex(/^(?!.*(aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/),
  /** Who hears alarms. */
  alarmEmail: z.email().optional(),
  /** Tables that were recovered from a backup, instead of the deployment's own, by what they are for. */
  tables: z.record(z.string(), z.string().regex(/^[A-Za-z0-9_.-]{3,255}$/)).optional(),
  /** ARN of the stream of core's table, where `tables` names that. */
  coreStream: arn("dynamodb", "table/[A-Za-z0-9_.-]+/stream/.+").optional(),
  /** Where functions that speak to the chain stand; outside of any network where absent. */
  network: z
    .strictObject({
      vpc: z.string().regex(/^vpc-[0-9a-f]+$/),
      subnets: z.array(z.string().regex(/^subnet-[0-9a-f]+$/)).min(2),
      securityGroups: z.array(z.string().regex(/^sg-[0-9a-f]+$/)).min(1),
      /** Their routes lead to DynamoDB and S3. Absent where the network has endpoints of its own. */
      routeTables: z.array(z.string().regex(/^rtb-[0-9a-f]+$/)).optional(),
    })
    .optional(),
  /** CloudFront and a firewall in front of the API. */
  edge: z
    .strictObject({
      /** Requests a client's address may make in five minutes. */
      requestsPerAddress: z.int().min(100).max(20_000_000).default(20_000),
      /** Requests that may be made with one access token, which a client keeps for an hour, in five minutes. */
      requestsPerToken: z.int().min(100).max(20_000_000).default(20_000),
      /** Which secret the edge shows to the functions. One more, deployed, changes it without an interruption. */
      originSecret: z.int().min(1).max(9999).default(1),
      /** The API's own name. Without one it has CloudFront's, whose certificate lets clients speak TLS 1.0 too. */
      domain: z
        .strictObject({
          name: z.string().regex(/^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, "a domain name"),
          /** ARN of a certificate for that name, which has to be in us-east-1. */
          certificateArn: z
            .string()
            .regex(/^arn:aws:acm:us-east-1:\d{12}:certificate\/[A-Za-z0-9-]+$/, "a certificate of ACM in us-east-1"),
        })
        .optional(),
    })
    .optional(),
});

/** The `cloud` part of the settings file: where and how a deployment stands. One machine does not read it. */
export const cloudSettings = form.refine(({ tables, coreStream }) => !tables?.["core"] === !coreStream, {
  path: ["coreStream"],
  message: "and tables.core belong together: without the stream of that table nobody is woken",
});

export type CloudSettings = z.output<typeof cloudSettings>;

/** Where a deployment stands: a function asks for the chain's secret in its own account and region, so these are its. */
export function placeOf({ chainSecret }: CloudSettings): { account: string; region: string } {
  const [, , , region = "", account = ""] = chainSecret.split(":");
  return { account, region };
}

/** Names of the tables that a deployment works with, by what they are for: its own, or those that were recovered. */
export function tablesOf({ deployment, tables }: CloudSettings, scenarios: readonly Service[]): TableNames {
  return { ...tableNames(deployment, scenarios), ...tables };
}
