/** A process that starts an emulator in the folder of its argument, and in it a function that does not end by itself. */
import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { startEmulator } from "../../scripts/emulate/emulator.ts";
import { until } from "../start/until.ts";

/** What it tells its parent. */
export interface Started {
  group: number;
  functionPid: number;
  port: number;
}

const folder = process.argv[2]!;
const emulator = await startEmulator({ folder });
const { environment, url, region } = emulator;
const note = join(folder, "pid");
const code = `
import { writeFileSync } from "node:fs";
process.on("SIGTERM", () => undefined);
export const handler = async () => {
  writeFileSync(${JSON.stringify(note)}, String(process.pid));
  for (;;) await new Promise((resolve) => setTimeout(resolve, 1000));
};`;
const config = {
  region,
  endpoint: url,
  credentials: {
    accessKeyId: environment["AWS_ACCESS_KEY_ID"]!,
    secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"]!,
  },
  requestHandler: { httpsAgent: new Agent({ ca: readFileSync(emulator.authority) }) },
};
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
    Code: { ZipFile: zipped("index.mjs", code) },
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

/** A ZIP file of one file, not compressed. */
function zipped(name: string, text: string): Buffer {
  const [label, content] = [Buffer.from(name), Buffer.from(text)];
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt32LE(crc32(content), 10);
  common.writeUInt32LE(content.length, 14);
  common.writeUInt32LE(content.length, 18);
  common.writeUInt16LE(label.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, label, content]);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, Buffer.alloc(14), label]);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(local.length, 16);
  return Buffer.concat([local, central, end]);
}
