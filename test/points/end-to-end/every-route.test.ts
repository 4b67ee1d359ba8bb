import { expect } from "chai";
import { randomUUID } from "node:crypto";
import type { Alliance } from "./alliance.ts";
import { allianceOf } from "./alliance.ts";
import type { Desk, Operation } from "./desk.ts";

/** Who may call: two merchants, the operator, a client that may only read, and whoever has no token or a bad one. */
const callers = ["hotel", "park", "operator", "reader", "nobody", "liar"] as const;
type Caller = (typeof callers)[number];

/** What there is, by the organisation that it belongs to. */
interface Ids {
  member: string;
  earning: string;
  redemption: string;
  reversal: string;
  freezing: string;
  settlement: string;
}

interface Call {
  id?: (ids: Ids) => string;
  body?: (ids: Ids) => unknown;
  /** What each caller is answered; 401 for whoever has no good token. */
  answers: Record<Exclude<Caller, "nobody" | "liar">, number>;
}

const everybody = { hotel: 200, park: 200, operator: 200, reader: 200 };
const merchants = (status: number) => ({ hotel: status, park: status, operator: 403, reader: 403 });
const operatorOnly = { hotel: 403, park: 403, operator: 200, reader: 403 };
const hotelsOwn = { hotel: 200, park: 404, operator: 200, reader: 200 };
const operatorsOwn = { hotel: 404, park: 404, operator: 200, reader: 404 };
const member = { id: (ids: Ids) => ids.member };
const posting = { body: (ids: Ids) => ({ member: ids.member, points: 1 }) };

/** Every route with ids that are everybody's, the hotel's or the operator's. The reader is one of the hotel. */
const routes: Record<string, Call[]> = {
  "GET /v1/operations/{id}": [
    { id: (ids) => ids.member, answers: hotelsOwn },
    { id: (ids) => ids.earning, answers: hotelsOwn },
    { id: (ids) => ids.redemption, answers: hotelsOwn },
    { id: (ids) => ids.reversal, answers: hotelsOwn },
    { id: (ids) => ids.freezing, answers: operatorsOwn },
    { id: (ids) => ids.settlement, answers: operatorsOwn },
    { id: () => randomUUID(), answers: { hotel: 404, park: 404, operator: 404, reader: 404 } },
  ],
  "POST /v1/points/members": [{ body: () => ({}), answers: merchants(201) }],
  "GET /v1/points/members/{id}": [
    { ...member, answers: everybody },
    { id: (ids) => ids.earning, answers: { hotel: 404, park: 404, operator: 404, reader: 404 } },
  ],
  "GET /v1/points/members/{id}/entries": [
    { ...member, answers: everybody },
    { id: (ids) => ids.earning, answers: { hotel: 404, park: 404, operator: 404, reader: 404 } },
  ],
  "PUT /v1/points/members/{id}/freeze": [{ ...member, answers: operatorOnly }],
  "DELETE /v1/points/members/{id}/freeze": [{ ...member, answers: operatorOnly }],
  "POST /v1/points/earnings": [{ ...posting, answers: merchants(200) }],
  "POST /v1/points/redemptions": [{ ...posting, answers: merchants(200) }],
  "POST /v1/points/reversals": [
    { body: (ids) => ({ operation: ids.earning, points: 1 }), answers: { ...merchants(404), hotel: 200 } },
    { body: (ids) => ({ operation: ids.redemption, points: 1 }), answers: { ...merchants(404), hotel: 200 } },
    { body: (ids) => ({ operation: ids.settlement }), answers: merchants(404) },
  ],
  "POST /v1/points/batches": [
    {
      body: (ids) => ({ operations: [{ key: randomUUID(), kind: "earn", member: ids.member, points: 1 }] }),
      answers: merchants(202),
    },
  ],
  "GET /v1/points/positions": [{ answers: everybody }],
  "POST /v1/points/settlements": [{ answers: operatorOnly }],
  "GET /v1/points/settlements": [{ answers: everybody }],
  "GET /v1/points/settlements/{id}": [
    { id: (ids) => ids.settlement, answers: everybody },
    { id: (ids) => ids.earning, answers: { hotel: 404, park: 404, operator: 404, reader: 404 } },
  ],
};

describe("Every route", function () {
  this.timeout(60_000);
  let alliance: Alliance;
  let desks: Record<Caller, Desk>;
  let headers: Partial<Record<Caller, { authorization: string }>>;
  let ids: Ids;

  before(async function () {
    alliance = await allianceOf("lasting", this);
    const [hotel, park] = alliance.merchants as [Desk, Desk];
    const { operator } = alliance;
    desks = { hotel, park, operator, reader: hotel, nobody: hotel, liar: hotel };
    const reading = await readingToken(alliance, hotel.organisation);
    headers = {
      reader: { authorization: `Bearer ${reading}` },
      nobody: { authorization: "" },
      liar: { authorization: `Bearer ${reading.slice(0, -2)}AA` },
    };
    const guest = await hotel.enrol();
    const earning = await hotel.earn(guest, 1000);
    const redemption = await hotel.redeem(guest, 10);
    const done: Operation[] = [
      await hotel.reverse(redemption.id, 1),
      await operator.unfreeze(guest),
      await operator.settle(),
    ];
    const [reversal, freezing, settlement] = done.map(({ id }) => id) as [string, string, string];
    ids = { member: guest, earning: earning.id, redemption: redemption.id, reversal, freezing, settlement };
  });

  it("is in the table of this test, and the other way round", async () => {
    const { paths } = (await (await fetch(`${alliance.credentials.apiUrl}/openapi.json`)).json()) as any;
    const documented = Object.entries<object>(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(Object.keys(routes).toSorted()).to.deep.equal(documented.toSorted());
  });

  for (const [route, calls] of Object.entries(routes)) {
    for (const [index, call] of calls.entries()) {
      it(`answers whom it should: ${route}${calls.length > 1 ? ` (${index + 1})` : ""}`, async () => {
        const [method, template] = route.split(" ") as [string, string];
        for (const who of callers) {
          const path = template.replace("{id}", call.id?.(ids) ?? "");
          const request = {
            wait: 20,
            ...(call.body && { body: call.body(ids) }),
            ...(headers[who] && { headers: headers[who] }),
          };
          const before = await stateOf(who, call);
          const answer = await desks[who].call(method, path, request);
          const expected = who === "nobody" || who === "liar" ? 401 : call.answers[who];
          expect(answer.status, `${who}: ${JSON.stringify(answer.body)}`).to.equal(expected);
          if (expected === 401) expect(answer.headers.get("www-authenticate")).to.match(/^Bearer /);
          for (const { id } of answer.body?.operations ?? []) await desks[who].decided(id);
          expect(await stateOf(who, call)).to.deep.equal(before);
        }
      });
    }
  }

  it("shows a merchant no position and no statement but its own", async () => {
    for (const desk of alliance.merchants) {
      const { positions, pool } = await desk.read("/v1/points/positions");
      expect(positions.map(({ organisation }: any) => organisation)).to.deep.equal([desk.organisation]);
      const { statements, reserve } = await desk.read(`/v1/points/settlements/${ids.settlement}`);
      for (const { organisation } of statements) expect(organisation).to.equal(desk.organisation);
      expect([pool, reserve]).to.deep.equal([undefined, undefined]);
    }
  });

  /** What a call that is refused must leave as it is. */
  async function stateOf(who: Caller, { answers }: Call): Promise<unknown> {
    const refused = who === "nobody" || who === "liar" || answers[who] >= 400;
    if (!refused) return undefined;
    const { operator } = alliance;
    return Promise.all([operator.read("/v1/points/positions"), operator.read(`/v1/points/members/${ids.member}`)]);
  }
});

/** A token that was asked for with less than the client's scopes. */
async function readingToken({ credentials }: Alliance, organisation: string): Promise<string> {
  const client = credentials.clients.find((each) => each.organisation === organisation)!;
  const form = { grant_type: "client_credentials", client_id: client.clientId, client_secret: client.clientSecret };
  const answer = await fetch(credentials.tokenUrl, {
    method: "POST",
    body: new URLSearchParams({ ...form, scope: "points/read" }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}
