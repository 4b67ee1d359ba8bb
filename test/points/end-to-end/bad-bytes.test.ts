import { expect } from "chai";
import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import { allianceOf } from "./alliance.ts";
import type { Desk } from "./desk.ts";
import { request, sendRaw } from "./raw-request.ts";
import { stateOf } from "./state.ts";

const megabyte = 2 ** 20;

describe("Whatever bytes are sent", function () {
  this.timeout(60_000);
  let hotel: Desk, operator: Desk;
  let url: string;
  let guest: string;
  let token: string;
  let state: unknown;

  before(async function () {
    const alliance = await allianceOf("lasting", this);
    url = alliance.credentials.apiUrl;
    operator = alliance.operator;
    hotel = alliance.merchants[0]!;
    guest = await hotel.enrol();
    await hotel.earn(guest, 100);
    token = await hotel.accessToken();
    state = await stateOf(operator, guest);
  });

  afterEach(async () => {
    expect(await stateOf(operator, guest)).to.deep.equal(state);
  });

  it("are answered 413 when they are ten megabytes, to a client that goes on sending", async () => {
    const headers = { "content-type": "application/json" };
    const answer = await hotel.call("POST", "/v1/points/earnings", { text: "x".repeat(10 * megabyte), headers });
    expect(answer.status).to.equal(413);
  });

  it("are answered or hung up on, never with a 5xx", async () => {
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

    // With the status that our own code answers; whoever serves it may refuse the others in words of its own.
    const wire: [string, (string | Uint8Array)[], number?][] = [
      ["ten megabytes that are only announced", [post({}, "{", 10 * megabyte)]],
      ["chunks of no size", [chunked({}, "zz\r\n{}\r\n0\r\n\r\n")]],
      ["an empty body in chunks", [chunked({}, "0\r\n\r\n")]],
      ["chunks and a length", [post({ "Transfer-Encoding": "chunked" }, body)]],
      ["two lengths", [post({ "content-length": "1" }, body)]],
      ["gzip that is cut off", [post({ "Content-Encoding": "gzip" }, "", 40), zipped.subarray(0, 40)], 415],
      ["gzip that nobody announced", [post({}, "", 40), zipped.subarray(0, 40)], 400],
      ["broken JSON", [post({}, body.slice(0, -1))], 400],
      ["two JSON texts", [post({}, body + body)], 400],
      ["UTF-16", [post({ "Content-Type": "application/json; charset=utf-16" }, body)], 415],
      ["GB18030", [post({ "Content-Type": "application/json; charset=gb18030" }, body)], 415],
      ["a form", [post({ "Content-Type": "application/x-www-form-urlencoded" }, "points=1")], 415],
      ["no type", [post({ "Content-Type": "" }, body)]],
      ["bytes that are no UTF-8", [post({}, "", 3), Uint8Array.of(0x22, 0xff, 0x22)], 400],
      ["a header of 20 kB", [post({ "X-Long": "x".repeat(20_000) }, body)]],
      ["two thousand headers", [post(Object.fromEntries(many((n) => [`x-${n}`, "1"])), body)]],
      ["a key of 256 characters", [post({ "Idempotency-Key": "k".repeat(256) }, body)], 400],
      ["no key", [post({ "Idempotency-Key": "" }, body)], 400],
      ["a key that is no ASCII", [post({ "Idempotency-Key": "\u00e9" }, body)]],
      ["a token of 10 kB", [post({ Authorization: `Bearer ${"x".repeat(10_000)}` }, body)]],
      ["a token of another scheme", [post({ Authorization: "Basic eDp5" }, body)], 401],
      ["an id of bad percents", [get("/v1/points/members/%zz")]],
      ["an id of a zero byte", [get("/v1/points/members/%00")]],
      ["an id that climbs", [get("/v1/points/members/..%2f..%2fpositions")]],
      ["an overlong path", [get(`/v1/points/members/${"x".repeat(12_000)}`)]],
      ["a limit of 0", [get("/v1/points/settlements?limit=0")], 400],
      ["a limit of 201", [get("/v1/points/settlements?limit=201")], 400],
      ["a limit of words", [get("/v1/points/settlements?limit=1e2")], 400],
      ["a cursor of nothing", [get("/v1/points/settlements?cursor=%")]],
      ["a cursor of another list", [get(`/v1/points/members/${guest}/entries?cursor=AAAA`)], 400],
      ["a query of bad percents", [get("/v1/points/settlements?%ff=%c3%28")]],
      ["no host", [`GET / HTTP/1.1\r\nConnection: close\r\n\r\n`]],
      ["a host that is none", [request("GET /v1/points/positions", { ...good(), Host: "<>" })]],
      ["another method", [request("BREW /v1/points/earnings", good())]],
      ["a method that the path lacks", [request("DELETE /v1/points/earnings", good())], 405],
      ["no HTTP at all", [Uint8Array.from({ length: 300 }, (_, n) => (n * 151) % 256)]],
    ];
    for (const [what, bytes, status] of wire) {
      const statuses = await sendRaw(url, bytes);
      if (status !== undefined) expect(statuses, what).to.deep.equal([status]);
      else expect(Math.max(0, ...statuses), `${what}: ${statuses}`).to.be.lessThan(500);
    }
  });

  /** The headers of a good request. */
  function good(): Record<string, string> {
    const Host = new URL(url).host;
    const Authorization = `Bearer ${token}`;
    return { Host, Authorization, "Content-Type": "application/json", "Idempotency-Key": randomUUID() };
  }
});

function many<T>(make: (n: number) => T): T[] {
  return Array.from({ length: 2000 }, (_, n) => make(n));
}
