/** A process that starts an emulator in the folder of its argument, and in it a function that does not end by itself. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { startEmulator } from "../../scripts/emulate/emulator.ts";
import { until } from "../start/until.ts";
import { clientConfig } from "./client-config.ts";
import { zipOf } from "./zip.ts";

/** What it tells its parent. */
export interface Started {
  group: number;
  functionPid: number;
  port: number;
}

const folder = process.argv[2]!;
const emulator = await startEmulator({ folder });
const note = join(folder, "pid");
const code = `
import { writeFileSync } from "node:fs";
process.on("SIGTERM", () => undefined);
export const handler = async () => {
  writeFileSync(${JSON.stringify(note)}, String(process.pid));
  for (;;) await new Promise((resolve) => setTimeout(resolve, 1000));
};`;
const config = clientConfig(emulator);
const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
const role = new CreateRoleCommand({ RoleName: "busy", AssumeRolePolicyDocument });
const { Role } = await new IAMClient(config).send(role);
const functions = new LambdaClient(config);
await functions.send(
  new CreateFunctionCommand({
    FunctionName: "busy",
    Runtime: "nodejs24.x",
    Handler: "index.handler",
    Role: Role!.Arn!,
    Timeout: 900,
    Code: { ZipFile: zipOf("index.mjs", Buffer.from(code)) },
  }),
);
await functions.send(new InvokeCommand({ FunctionName: "busy", InvocationType: "Event" }));
await until("the function", () => pid() > 0);
process.on("message", () => void emulator.stop().then(() => process.exit()));
void emulator.ended.then((reason) => process.send?.(`ended: ${reason}`));
process.send?.({ group: emulator.process.pid, functionPid: pid(), port: emulator.port } satisfies Started);

function pid(): number {
  try {
    return Number(readFileSync(note, "utf8"));
  } catch {
    return 0;
  }
}
