import { expect } from "chai";
import fc from "fast-check";
import { randomInt, randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Alliance } from "./alliance.ts";
import { allianceOf } from "./alliance.ts";
import type { Desk } from "./desk.ts";
import { idOf } from "./desk.ts";
import { almost, nasty } from "./nonsense.ts";
import { stateOf } from "./state.ts";

/** A member whom nobody enrolled: what gets through to the chain is rejected there. */
const nobody = randomUUID();

describe("Whatever body is sent", function () {
  this.timeout(90_000);
  let alliance: Alliance;
  let hotel: Desk, operator: Desk;
  let guest: string;
  let document: any;
  let state: unknown;

  before(async function () {
    alliance = await allianceOf("lasting", this);
    operator = alliance.operator;
    hotel = alliance.merchants[0]!;
    guest = await hotel.enrol();
    await hotel.earn(guest, 100);
    document = await (await fetch(`${alliance.credentials.apiUrl}/openapi.json`)).json();
    state = await stateOf(operator, guest);
  });

  afterEach(async () => {
    expect(await stateOf(operator, guest)).to.deep.equal(state);
    expect(({} as any).polluted).to.equal(undefined);
  });

  it("in any way wrong, is never a 5xx, and what is refused leaves no operation", async () => {
    const writes = Object.entries<any>(document.paths).flatMap(([path, methods]) =>
      Object.entries<any>(methods).flatMap(([method, { requestBody }]) =>
        method === "get"
          ? []
          : [{ path, method: method.toUpperCase(), schema: requestBody?.content["application/json"].schema }],
      ),
    );
    expect(writes.length).to.be.greaterThan(7);
    const calls = fc.constantFrom(...writes).chain(({ path, method, schema }) =>
      fc.record({
        method: fc.constant(method),
        path: fc.oneof(fc.uuid(), fc.webSegment()).map((id) => path.replace("{id}", id || "x")),
        desk: fc.constantFrom(hotel, operator),
        text: schema
          ? almost(schema, document.components.schemas)
          : fc.constantFrom(...nasty.filter((text) => text !== "{}")),
      }),
    );
    const seed = randomInt(2 ** 31);
    const seen = new Map<number, number>();
    const many = fc.sample(calls, { seed, numRuns: 1200 });
    // A fuzzer that never gets through, or always, proves nothing: where chance has it so, it goes on.
    const few = () => [202, 400].some((status) => (seen.get(status) ?? 0) <= 10);
    for (let sent = 0; sent < 300 || (few() && sent < many.length); sent += 100) {
      await inTens(many.slice(sent, sent + 100), async ({ method, path, desk, text }) => {
        const key = randomUUID();
        const headers = { "content-type": "application/json" };
        const { status } = await desk.call(method, path, { key, headers, text });
        seen.set(status, (seen.get(status) ?? 0) + 1);
        expect(status, `${method} ${path} ${text.slice(0, 500)} (seed ${seed})`).to.be.lessThan(500);
        if (status >= 400 && status !== 409) await expectNoOperation(desk, key);
      });
    }
    for (const status of [202, 400]) expect(seen.get(status) ?? 0, `${status}`).to.be.greaterThan(10);
  });

  it("with a single value that is wrong, at whatever place, is refused or means what it says", async () => {
    const text = (value: unknown) => typeof value === "string" && value.isWellFormed();
    const places: { path: string; body: (value: string) => string; means?: (value: any) => boolean }[] = [
      { path: "/members", body: (value) => value, means: (value) => isDeepStrictEqual(value, {}) },
      {
        path: "/members",
        body: (value) => `{"reference":${value}}`,
        means: (value) => text(value) && value.length > 0 && value.length <= 200,
      },
      { path: "/earnings", body: (value) => `{"member":${value},"points":1}` },
      { path: "/earnings", body: (value) => `{"member":"${nobody}","points":${value}}` },
      { path: "/redemptions", body: (value) => `{"member":"${nobody}","points":1,${value}:1}` },
      { path: "/reversals", body: (value) => `{"operation":"${nobody}","points":${value}}` },
      { path: "/batches", body: (value) => `{"operations":${value}}` },
      {
        path: "/batches",
        body: (value) => `{"operations":[{"key":${value},"kind":"earn","member":"${nobody}","points":1}]}`,
        means: (value) => text(value) && /^[!-~]([ -~]{0,253}[!-~])?$/.test(value),
      },
      {
        path: "/batches",
        body: (value) => `{"operations":[{"key":"k","kind":${value},"member":"${nobody}","points":1}]}`,
      },
      {
        path: "/batches",
        body: (value) => `{"operations":[{"key":"k","kind":"earn","member":"${nobody}","points":${value}}]}`,
      },
    ];
    const calls = places.flatMap((place) => nasty.map((value) => ({ ...place, value })));
    await inTens(calls, async ({ path, body, means, value }) => {
      const key = randomUUID();
      const headers = { "content-type": "application/json" };
      const { status } = await hotel.call("POST", `/v1/points${path}`, { key, text: body(value), headers });
      const said = `${status} to ${path} ${body(value).slice(0, 100)}`;
      if (means?.(parsed(value))) expect(status, said).to.be.oneOf([201, 202, 409, 422]);
      else {
        expect(status, said).to.be.oneOf([400, 404, 413]);
        await expectNoOperation(hotel, key);
      }
    });
  });

  it("leaves the server alive", async () => {
    expect((await hotel.earn(guest, 1)).status).to.equal("final");
    state = await stateOf(operator, guest);
  });

  async function expectNoOperation(desk: Desk, key: string): Promise<void> {
    expect((await desk.get(`/v1/operations/${idOf(desk.organisation, key)}`)).status).to.equal(404);
  }
});

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

async function inTens<T>(list: T[], perform: (each: T) => Promise<void>): Promise<void> {
  for (let first = 0; first < list.length; first += 10) await Promise.all(list.slice(first, first + 10).map(perform));
}
