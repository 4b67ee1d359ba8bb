import { readFileSync } from "node:fs";
import { Agent } from "node:https";
import type { Emulator } from "../../scripts/emulate/emulator.ts";

/** What a client of the SDK needs to speak to an emulator as its administrator. */
export function clientConfig({ environment, region, url, authority }: Emulator) {
  return {
    region,
    endpoint: url,
    credentials: {
      accessKeyId: environment["AWS_ACCESS_KEY_ID"]!,
      secretAccessKey: environment["AWS_SECRET_ACCESS_KEY"]!,
    },
    requestHandler: { httpsAgent: new Agent({ keepAlive: true, ca: readFileSync(authority) }) },
  };
}
