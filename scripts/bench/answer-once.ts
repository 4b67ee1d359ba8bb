/**
 * Started with the path of a function's bundle: loads it as Lambda does, hands it one request, and says when it has
 * answered. The request has no token, so that the answer needs nothing but the function itself.
 */
import { pathToFileURL } from "node:url";

const { handler } = await import(pathToFileURL(process.argv[2]!).href);
const event = {
  version: "2.0",
  routeKey: "ANY /v1/points/{proxy+}",
  rawPath: "/v1/points/redemptions",
  rawQueryString: "",
  headers: { host: "api.example", "content-type": "application/json", "idempotency-key": "first" },
  requestContext: {
    domainName: "api.example",
    http: { method: "POST", path: "/v1/points/redemptions", protocol: "HTTP/1.1", sourceIp: "127.0.0.1" },
    requestId: "first",
    stage: "$default",
  },
  body: "{}",
  isBase64Encoded: false,
};
const { statusCode } = await handler(event, { awsRequestId: "first", getRemainingTimeInMillis: () => 29_000 });
process.send!({ statusCode });
process.disconnect();
