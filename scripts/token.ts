import { environmentOrEnd } from "./start/environment.ts";

/** `npm run -s token -- ORGANISATION`: an access token for an organisation of this home, for trying things out. */
const organisation = process.argv[2];
const { home } = environmentOrEnd();
const credentials = await home.credentials();
const client = credentials?.clients.find((candidate) => candidate.organisation === organisation);
if (!credentials || !client) {
  const known =
    credentials?.clients.map((candidate) => candidate.organisation).join(", ") ?? "none; run npm start first";
  console.error(`Which organisation? In ${home.path} (KAPOK_HOME) there are: ${known}`);
  process.exit(1);
}
const answer = await fetch(credentials.tokenUrl, {
  method: "POST",
  body: new URLSearchParams({
    grant_type: "client_credentials",
    client_id: client.clientId,
    client_secret: client.clientSecret,
  }),
}).catch(() => undefined);
if (!answer) {
  console.error(`${credentials.tokenUrl} does not answer: is npm start running?`);
  process.exit(1);
}
if (!answer.ok) {
  console.error(`The token endpoint answered ${answer.status}: ${await answer.text()}`);
  process.exit(1);
}
console.log(((await answer.json()) as { access_token: string }).access_token);
