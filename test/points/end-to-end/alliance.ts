import { readFileSync } from "node:fs";
import type { Context } from "mocha";
import type { Credentials } from "../../../scripts/start/home.ts";
import { RunningKapok, settingsOf } from "../../core/running-kapok.ts";
import { Desk } from "./desk.ts";

/** Who takes part in a book of points, known by credentials alone. */
export interface Alliance {
  credentials: Credentials;
  merchants: Desk[];
  operator: Desk;
}

/** Prices at which hardly a settlement comes out even. */
const prices = { issuePricePerThousand: 333, redeemPricePerThousand: 271 };
const shop = { id: "shop-d", name: "Shop D", roles: ["points:merchant"] };

/** How points expire in a fleeting book: after 12 to 16 seconds of the clock. */
export const fleeting = { periodSeconds: 4, periods: 4 };

/** The books that the suites of this folder need. A deployment has one of them, and is put to the suites of that one. */
const books = {
  /** Points outlive every test, and blocks are fast. */
  lasting: { settings: settingsOf(prices), env: { CHAIN_BLOCK_SECONDS: "0.2" } },
  /** Points expire while a test looks, and the daily cap can be reached. */
  fleeting: {
    settings: settingsOf(
      { ...prices, ...fleeting, dailyIssueCap: 100_000 },
      { organisations: [...settingsOf().organisations, shop] },
    ),
    env: { CHAIN_BLOCK_SECONDS: "1" },
  },
};
type Kind = keyof typeof books;

const running = new Map<Kind, Promise<RunningKapok>>();
let deployed: Promise<{ alliance: Alliance; kind: Kind | undefined }> | undefined;

/**
 * The alliance of the credentials file that KAPOK_CREDENTIALS names; the suite is skipped where its book is of another
 * kind. Without that variable, the alliance of a Kapok that is started at the first call and shared by all suites.
 */
export async function allianceOf(kind: Kind, suite: Context): Promise<Alliance> {
  suite.timeout(120_000);
  const path = process.env["KAPOK_CREDENTIALS"];
  if (path) {
    deployed ??= findOut(JSON.parse(readFileSync(path, "utf8")));
    const found = await deployed;
    if (found.kind !== kind) suite.skip();
    return found.alliance;
  }
  if (!running.has(kind)) running.set(kind, RunningKapok.start(books[kind]));
  return introduced((await running.get(kind)!).credentials());
}

after(async function () {
  this.timeout(60_000);
  await Promise.all([...running.values()].map(async (kapok) => (await kapok).remove()));
});

function introduced(credentials: Credentials): Alliance {
  const having = (scope: string) => credentials.clients.filter(({ scopes }) => scopes.includes(scope));
  const [operator] = having("points:admin");
  if (!operator || having("points:write").length < 3)
    throw new Error("these suites need three merchants and an operator");
  return {
    credentials,
    merchants: having("points:write").map(({ organisation }) => new Desk(credentials, organisation)),
    operator: new Desk(credentials, operator.organisation),
  };
}

/** For how long points live in a book that is there already. */
async function findOut(credentials: Credentials): Promise<{ alliance: Alliance; kind: Kind | undefined }> {
  const alliance = introduced(credentials);
  const desk = alliance.merchants[0]!;
  const member = await desk.enrol();
  await desk.earn(member, 1);
  const [lot] = await desk.expiring(member);
  const seconds = lot ? (Date.parse(lot.expiresAt) - Date.now()) / 1000 : 0;
  return { alliance, kind: seconds > 600 ? "lasting" : seconds < 60 ? "fleeting" : undefined };
}
