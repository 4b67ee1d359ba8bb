import { expect } from "chai";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "../../scripts/start/home.ts";
import { RunningKapok, settingsOf } from "../core/running-kapok.ts";
import { Desk, idOf } from "../points/end-to-end/desk.ts";
import { CheckpointListener } from "../start/checkpoint-listener.ts";
import { temporaryHome } from "../start/temporary-home.ts";
import { until } from "../start/until.ts";
import { Load } from "./load.ts";
import { listeningOn, runs, treeOf } from "./processes.ts";
import { refusedStart } from "./refused-start.ts";

const organisations = settingsOf().organisations;
const shop = { id: "shop-d", name: "Shop D", roles: ["points:merchant"] };

describe("npm start", function () {
  this.timeout(120_000);
  let kapok: RunningKapok;
  let hotel: Desk;
  let guest: string;
  let credentials: Credentials;

  before(async () => {
    const settings = settingsOf();
    const env = { CHAIN_BLOCK_SECONDS: "0.2" };
    const folder = temporaryHome();
    const listener = await CheckpointListener.open(folder.path);
    const killed = listener.killAt("administration-journaled-not-broadcast", 2);
    kapok = await RunningKapok.begin({ settings, env: { ...env, KAPOK_CHECKPOINT_SOCKET: listener.socket } });
    await killed;
    listener.close();
    folder.remove();
    // From here on, everything is asked of a Kapok that was killed while it made its book.
    kapok = await kapok.startAgain({ env });
    credentials = kapok.credentials();
    hotel = new Desk(credentials, "hotel-a");
    guest = await hotel.enrol();
    await hotel.earn(guest, 1000);
  });
  after(() => kapok?.remove());

  it("says where everything is, and gives each organisation a client of its own", async () => {
    for (const place of [kapok.apiUrl, "credentials.json", "book.json", "/openapi.json", "/docs", "curl"]) {
      expect(kapok.output).to.include(place);
    }
    const { apiUrl, tokenUrl, clients } = credentials;
    expect([apiUrl, tokenUrl]).to.deep.equal([kapok.apiUrl, `${kapok.apiUrl}/oauth2/token`]);
    expect(clients.map(({ organisation, name }) => ({ organisation, name }))).to.deep.equal(
      organisations.map(({ id, name }) => ({ organisation: id, name })),
    );
    for (const { organisation, scopes, clientSecret } of clients) {
      const own = organisation === "office" ? "points:admin" : "points:write";
      expect(scopes).to.deep.equal([own, "points:read"]);
      expect(clientSecret).to.match(/^[\w-]{43}$/);
    }
    expect(new Set(clients.map(({ clientSecret }) => clientSecret)).size).to.equal(clients.length);
    expect(kapok.read("book.json")).to.have.keys("rpcUrl", "chainId", "genesisHash", "addresses", "startBlock");
  });

  it("keeps secrets in files that nobody else may read", () => {
    const files = [
      "credentials.json",
      "token-secret.json",
      ...readdirSync(join(kapok.home, "keys")).map((name) => `keys/${name}`),
    ];
    expect(files).to.have.length(2 + organisations.length + 1);
    for (const file of files) expect((statSync(join(kapok.home, file)).mode & 0o777).toString(8), file).to.equal("600");
  });

  it("listens on 127.0.0.1 and nowhere else", () => {
    const tree = treeOf(kapok.process.pid!);
    expect(tree).to.include.members(Object.values(kapok.parts()));
    const places = listeningOn(tree);
    expect(places).to.include(`127.0.0.1:${kapok.port}`);
    expect(places).to.have.length.of.at.least(4);
    for (const place of places) expect(place).to.match(/^127\.0\.0\.1:/);
  });

  it("is refused a second time in the same home, and on a port that is taken", async () => {
    expect(await refusedStart({ home: kapok.home })).to.match(/in use by process \d+/);
    const said = await refusedStart({ settings: settingsOf(), env: { PORT: String(kapok.port) } });
    expect(said).to.include(`Port ${kapok.port} of the API (PORT) is taken by another program`);
    expect(await hotel.balance(guest)).to.equal(1000);
  });

  it("names what it cannot use", async () => {
    const points = { ...settingsOf().points, periods: 9, colour: "red" };
    const organisations = [{ ...shop, roles: ["points:king"] }, shop];
    const elsewhere = { DYNAMODB_ENDPOINT: "http://127.0.0.1:1" };
    const [settings, port, file, option, reset] = await Promise.all([
      refusedStart({ settings: { book: "create", organisations, points } }),
      refusedStart({ env: { PORT: "http" } }),
      refusedStart({ env: { KAPOK_SETTINGS: "/nowhere.json" } }),
      refusedStart({ args: ["--rest"] }),
      refusedStart({ args: ["--reset"], env: elsewhere }),
    ]);
    for (const place of ["organisations.0.roles.0", "points.periods", "colour"]) expect(settings).to.include(place);
    expect(port).to.include("PORT");
    expect(file).to.include("/nowhere.json");
    expect(option).to.include("no option --rest:");
    expect(reset).to.include("DYNAMODB_ENDPOINT");
  });

  it("starts again what is killed, and goes on", async () => {
    const load = new Load(hotel, await hotel.enrol());
    for (const victims of [["api"], ["dynamodb"], ["chain"], ["indexer", "submitter"]]) {
      const before = kapok.parts();
      for (const name of victims) process.kill(before[name]!, "SIGKILL");
      for (const name of victims) await until(`another ${name}`, () => kapok.parts()[name] !== before[name]);
      const done = load.keys.length;
      await until("more load", () => load.keys.length > done + 5, 30_000);
    }
    expect(await load.stop()).to.equal(load.keys.length);
    expect(kapok.output.match(/ended \(SIGKILL\) and starts again/g)).to.have.length(5);
  });

  it("logs no secret, token, key or reference", async () => {
    const canaries = Array.from({ length: 6 }, (_, n) => `canary-${n}-${randomUUID()}`);
    const [reference, key, header, text, query, id] = canaries as [string, string, string, string, string, string];
    const body = { member: guest, points: 1, reference };
    await hotel.decide("POST", "/v1/points/earnings", body, key);
    await hotel.post("/v1/points/batches", { operations: [{ ...body, kind: "earn", key: `${key} in a batch` }] });
    await hotel.post("/v1/points/earnings", body, { key: header, headers: { authorization: `Bearer ${header}` } });
    await hotel.call("POST", "/v1/points/earnings", { text, headers: { "content-type": "application/json" } });
    await hotel.get(`/v1/points/settlements?limit=${query}`);
    await hotel.get(`/v1/points/members/${id}`);
    await fetch(credentials.tokenUrl, { method: "POST", body: new URLSearchParams({ client_secret: header }) });
    await hotel.decided(idOf("hotel-a", `${key} in a batch`));

    const privateKeys = readdirSync(join(kapok.home, "keys")).map((name) => kapok.read<any>(`keys/${name}`).privateKey);
    const secrets = [
      ...canaries,
      ...credentials.clients.map(({ clientSecret }) => clientSecret),
      ...privateKeys.flatMap((secret) => [secret, secret.slice(2)]),
      kapok.read<any>("token-secret.json").secret,
      await hotel.accessToken(),
    ];
    const logs = join(kapok.home, "logs");
    const said = [kapok.output, ...readdirSync(logs).map((name) => readFileSync(join(logs, name), "latin1"))].join(
      "\n",
    );
    expect(said).to.include('"event":"submitted"');
    for (const secret of secrets) expect(said.includes(secret), secret).to.equal(false);
  });

  it("goes on where it stopped, killed or not, and takes an organisation that was added", async () => {
    const before = await hotel.entries(guest);
    await kapok.kill();
    kapok = await kapok.startAgain({ settings: settingsOf({}, { organisations: [...organisations, shop] }) });
    expect(await hotel.entries(guest)).to.deep.equal(before);
    const now = kapok.credentials();
    expect({ ...now, clients: now.clients.slice(0, 4) }).to.deep.equal(credentials);
    const added = new Desk(now, shop.id);
    expect((await added.redeem(guest, 10)).status).to.equal("final");
  });

  it("ends with Ctrl-C, with all that it started and nothing else", async () => {
    const bystander = spawn("sleep", ["60"], { stdio: "ignore" });
    const tree = treeOf(kapok.process.pid!);
    expect(tree.length).to.be.greaterThan(6);
    const ended = new Promise((resolve) => kapok.process.once("exit", resolve));
    kapok.process.kill("SIGINT");
    expect(await ended).to.equal(0);
    await until("all that it started has ended", () => !tree.some(runs), 3000);
    expect(runs(bystander.pid!)).to.equal(true);
    bystander.kill();
  });

  it("compares its settings with the book, and names what cannot change", async () => {
    const { home } = kapok;
    const terms = await refusedStart({
      home,
      settings: settingsOf({ currency: "USD", periodSeconds: 60, dailyIssueCap: 1 }),
    });
    for (const name of ["currency", "periodSeconds", "dailyIssueCap"]) expect(terms).to.include(`points.${name} is `);
    expect(terms).to.not.include("points.periods");

    const [hotelA, hotelB, , office] = organisations;
    const members = [hotelA, { ...hotelB, name: "Hotel Z" }, { ...office, roles: ["points:merchant"] }];
    const said = await refusedStart({ home, settings: settingsOf({}, { organisations: members }) });
    for (const word of ["park-c", "shop-d", '"Hotel Z"', "points:operator"]) expect(said).to.include(word);
  });

  it("begins anew with --reset", async () => {
    const addresses = kapok.read<any>("book.json").addresses;
    writeFileSync(join(kapok.home, "a-file-of-mine"), "");
    kapok = await kapok.startAgain({ settings: settingsOf({ periods: 4 }), args: ["--reset"] });
    const fresh = kapok.credentials();
    for (const { clientSecret } of fresh.clients) {
      expect(credentials.clients.map((client) => client.clientSecret)).to.not.include(clientSecret);
    }
    expect(kapok.read<any>("book.json").addresses).to.not.deep.equal(addresses);
    expect(readdirSync(kapok.home)).to.include("a-file-of-mine");
    const desk = new Desk(fresh, "hotel-a");
    expect((await desk.get(`/v1/points/members/${guest}`)).status).to.equal(404);
    expect((await desk.earn(await desk.enrol(), 5)).result.balance).to.equal(5);
  });
});
