import { randomUUID } from "node:crypto";
import { environmentOrEnd } from "../start/environment.ts";

/** `npm run -s guest`: enrols a guest at the first merchant of this home, lets it earn 500 points, and prints its id. */
const credentials = await environmentOrEnd().home.credentials();
const client = credentials?.clients.find(({ scopes }) => scopes.includes("points:write"));
if (!credentials || !client) {
  console.error("There is no merchant yet: run npm start first.");
  process.exit(1);
}
const { apiUrl, tokenUrl } = credentials;
const form = { grant_type: "client_credentials", client_id: client.clientId, client_secret: client.clientSecret };
const { access_token: token } = await sent(tokenUrl, { method: "POST", body: new URLSearchParams(form) });

const { id, operation } = await post("/v1/points/members", {});
expectFinal(operation);
expectFinal(await post("/v1/points/earnings", { member: id, points: 500 }));
console.log(id);

function expectFinal(operation: { id: string; status: string }): void {
  if (operation.status === "final") return;
  console.error(`${operation.id} is ${operation.status} and not final yet: npm run trace -- ${operation.id} says why.`);
  process.exit(1);
}

function post(path: string, body: unknown): Promise<any> {
  const headers = {
    Authorization: `Bearer ${token}`,
    "Content-Type": "application/json",
    "Idempotency-Key": randomUUID(),
    Prefer: "wait=20",
  };
  return sent(`${apiUrl}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

async function sent(url: string, request: RequestInit): Promise<any> {
  const answer = await fetch(url, request).catch(() => undefined);
  if (answer?.ok) return answer.json();
  if (answer) console.error(`${url} answered ${answer.status}: ${await answer.text()}`);
  else console.error(`${url} does not answer: is npm start running?`);
  process.exit(1);
}
