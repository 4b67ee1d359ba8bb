import { expect } from "chai";
import fc from "fast-check";
import { randomInt, randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { gzipSync } from "node:zlib";
import type { Alliance } from "./alliance.ts";
import { allianceOf } from "./alliance.ts";
import type { Desk } from "./desk.ts";
import { idOf } from "./desk.ts";
import { almost, nasty } from "./nonsense.ts";
import { request, sendRaw } from "./raw-request.ts";

const megabyte = 2 ** 20;
/** A member whom nobody enrolled: what gets through to the chain is rejected there. */
const nobody = randomUUID();

describe("Whatever is sent", function () {
  this.timeout(90_000);
  let alliance: Alliance;
  let hotel: Desk, operator: Desk;
  let guest: string;
  let document: any;
  let token: string;
  let state: unknown;

  before(async function () {
    alliance = await allianceOf("lasting", this);
    operator = alliance.operator;
    hotel = alliance.merchants[0]!;
    guest = await hotel.enrol();
    await hotel.earn(guest, 100);
    document = await (await fetch(`${alliance.credentials.apiUrl}/openapi.json`)).json();
    token = await hotel.accessToken();
    state = await stateNow();
  });

  afterEach(async () => {
    expect(await stateNow()).to.deep.equal(state);
    expect(({} as any).polluted).to.equal(undefined);
  });

  it("as a body, in any way wrong, is never a 5xx, and what is refused leaves no operation", async () => {
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
    await inTens(fc.sample(calls, { seed, numRuns: 500 }), async ({ method, path, desk, text }) => {
      const key = randomUUID();
      const headers = { "content-type": "application/json" };
      const { status } = await desk.call(method, path, { key, headers, text });
      seen.set(status, (seen.get(status) ?? 0) + 1);
      expect(status, `${method} ${path} ${text.slice(0, 500)} (seed ${seed})`).to.be.lessThan(500);
      if (status >= 400 && status !== 409) await expectNoOperation(desk, key);
    });
    // A fuzzer that never gets through, or always, proves nothing.
    for (const status of [202, 400]) expect(seen.get(status) ?? 0, `${status}`).to.be.greaterThan(10);
  });

  it("as a single value, at every place of a body, is refused or means what it says", async () => {
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
      if (means?.(parsed(value))) expect(status, said).to.be.oneOf([201, 202, 409]);
      else {
        expect(status, said).to.be.oneOf([400, 404, 413]);
        await expectNoOperation(hotel, key);
      }
    });
  });

  it("as ten megabytes is answered 413 to a client that goes on sending", async () => {
    const headers = { "content-type": "application/json" };
    const answer = await hotel.call("POST", "/v1/points/earnings", { text: "x".repeat(10 * megabyte), headers });
    expect(answer.status).to.equal(413);
  });

  it("as bytes on the wire is answered or hung up on, never with a 5xx", async () => {
    const url = alliance.credentials.apiUrl;
    const body = JSON.stringify({ member: guest, points: 1 });
    const long = "x".repeat(10 * megabyte);
    const zipped = gzipSync(body.repeat(50));
    const post = (headers: Record<string, string>, sent: string, length = Buffer.byteLength(sent)) =>
      request("POST /v1/points/earnings", { ...good(), "Content-Length": String(length), ...headers }, sent);
    const chunked = (headers: Record<string, string>, sent: string) =>
      request("POST /v1/points/earnings", { ...good(), "Transfer-Encoding": "chunked", ...headers }, sent);
    const get = (path: string) => request(`GET ${path}`, good());

    // What is too long is answered and hung up on at once; who is still sending may miss the answer.
    expect(await sendRaw(url, [post({}, long)])).to.be.deep.oneOf([[], [413]]);
    expect(await sendRaw(url, [chunked({}, `a00000\r\n${long}\r\n0\r\n\r\n`)])).to.be.deep.oneOf([[], [413]]);
    expect(
      await sendRaw(url, [post({}, body.slice(0, 10), 100)], true),
      "a body that ends early",
    ).to.have.lengthOf.at.most(1);

    const wire: [string, (string | Uint8Array)[], number[]][] = [
      ["ten megabytes that are only announced", [post({}, "{", 10 * megabyte)], [413]],
      ["chunks of no size", [chunked({}, "zz\r\n{}\r\n0\r\n\r\n")], [400]],
      ["an empty body in chunks", [chunked({}, "0\r\n\r\n")], [400]],
      ["chunks and a length", [post({ "Transfer-Encoding": "chunked" }, body)], [400]],
      ["two lengths", [post({ "content-length": "1" }, body)], [400]],
      ["gzip that is cut off", [post({ "Content-Encoding": "gzip" }, "", 40), zipped.subarray(0, 40)], [415]],
      ["gzip that nobody announced", [post({}, "", 40), zipped.subarray(0, 40)], [400]],
      ["broken JSON", [post({}, body.slice(0, -1))], [400]],
      ["two JSON texts", [post({}, body + body)], [400]],
      ["UTF-16", [post({ "Content-Type": "application/json; charset=utf-16" }, body)], [415]],
      ["GB18030", [post({ "Content-Type": "application/json; charset=gb18030" }, body)], [415]],
      ["a form", [post({ "Content-Type": "application/x-www-form-urlencoded" }, "points=1")], [415]],
      ["no type", [post({ "Content-Type": "" }, body)], [415]],
      ["bytes that are no UTF-8", [post({}, "", 3), Uint8Array.of(0x22, 0xff, 0x22)], [400]],
      ["a header of 20 kB", [post({ "X-Long": "x".repeat(20_000) }, body)], [431]],
      ["two thousand headers", [post(Object.fromEntries(many((n) => [`x-${n}`, "1"])), body)], [431]],
      ["a key of 256 characters", [post({ "Idempotency-Key": "k".repeat(256) }, body)], [400]],
      ["no key", [post({ "Idempotency-Key": "" }, body)], [400]],
      ["a key that is no ASCII", [post({ "Idempotency-Key": "\u00e9" }, body)], [400]],
      ["a token of 10 kB", [post({ Authorization: `Bearer ${"x".repeat(10_000)}` }, body)], [401]],
      ["a token of another scheme", [post({ Authorization: "Basic eDp5" }, body)], [401]],
      ["an id of bad percents", [get("/v1/points/members/%zz")], [404]],
      ["an id of a zero byte", [get("/v1/points/members/%00")], [404]],
      ["an id that climbs", [get("/v1/points/members/..%2f..%2fpositions")], [404]],
      ["an overlong path", [get(`/v1/points/members/${"x".repeat(12_000)}`)], [404]],
      ["a limit of 0", [get("/v1/points/settlements?limit=0")], [400]],
      ["a limit of 201", [get("/v1/points/settlements?limit=201")], [400]],
      ["a limit of words", [get("/v1/points/settlements?limit=1e2")], [400]],
      ["a cursor of nothing", [get("/v1/points/settlements?cursor=%")], [400]],
      ["a cursor of another list", [get(`/v1/points/members/${guest}/entries?cursor=AAAA`)], [400]],
      ["a query of bad percents", [get("/v1/points/settlements?%ff=%c3%28")], [200]],
      ["no host", [`GET / HTTP/1.1\r\nConnection: close\r\n\r\n`], [400]],
      ["a host that is none", [request("GET /v1/points/positions", { ...good(), Host: "<>" })], [400]],
      ["another method", [request("BREW /v1/points/earnings", good())], [400]],
      ["a method that the path lacks", [request("DELETE /v1/points/earnings", good())], [405]],
      ["no HTTP at all", [Uint8Array.from({ length: 300 }, (_, n) => (n * 151) % 256)], [400]],
    ];
    for (const [what, bytes, expected] of wire) expect(await sendRaw(url, bytes), what).to.deep.equal(expected);
    expect(
      await sendRaw(url, [post({}, body.slice(0, 10), 100)], true),
      "a body that ends early",
    ).to.have.lengthOf.at.most(1);
  });

  it("leaves it alive", async () => {
    expect((await hotel.earn(guest, 1)).status).to.equal("final");
    state = await stateNow();
  });

  /** Positions, pool, the guest, and how many settlements there are. */
  async function stateNow(): Promise<unknown> {
    return Promise.all([
      operator.read("/v1/points/positions"),
      operator.read(`/v1/points/members/${guest}`),
      operator.entries(guest),
      operator.read("/v1/points/settlements?limit=1"),
    ]);
  }

  async function expectNoOperation(desk: Desk, key: string): Promise<void> {
    expect((await desk.get(`/v1/operations/${idOf(desk.organisation, key)}`)).status).to.equal(404);
  }

  /** The headers of a good request. */
  function good(): Record<string, string> {
    return { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
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

function many<T>(make: (n: number) => T): T[] {
  return Array.from({ length: 2000 }, (_, n) => make(n));
}
