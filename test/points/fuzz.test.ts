import { expect } from "chai";
import fc from "fast-check";
import type { OpenapiDocument } from "../../lambdas/core/http/openapi.ts";
import { fakeApi } from "../core/http/fake-api.ts";
import { accountWord } from "./account-word.ts";
import { event, hexOf, programme } from "./events.ts";

/** JSON texts of values that break things, some of which no JavaScript value can make. */
const nasty = [
  ..."0 -0 -1 1.5 1e309 -1e309 9007199254740991 9007199254740992 9007199254740993 4294967295 4294967296".split(" "),
  '""',
  "null",
  "true",
  "[]",
  "{}",
  '"NaN"',
  '"\\ud800"',
  '"\\u0000"',
  '"木棉"',
  '{"__proto__":{"a":1}}',
  '{"constructor":{"prototype":{}}}',
  "[".repeat(200) + "]".repeat(200),
  `"${"x".repeat(5000)}"`,
  `${2n ** 256n}`,
];

/** A way to write values of a schema as JSON text, good or bad. */
function textOf(schema: any, document: OpenapiDocument): fc.Arbitrary<string> {
  if (schema.$ref) return textOf(document.components.schemas[schema.$ref.split("/").at(-1)], document);
  const bad = fc.oneof(fc.constantFrom(...nasty), fc.json());
  const good = goodText(schema, document);
  return fc.oneof({ weight: 12, arbitrary: good }, { weight: 1, arbitrary: bad });
}

function goodText(schema: any, document: OpenapiDocument): fc.Arbitrary<string> {
  if (schema.enum) return fc.constantFrom(...schema.enum.map((value: unknown) => JSON.stringify(value)));
  if (schema.format === "uuid") return fc.uuid().map((uuid) => JSON.stringify(uuid));
  if (schema.type === "integer") return fc.integer({ min: schema.minimum, max: 2 ** 31 }).map(String);
  if (schema.type === "string") return fc.string({ minLength: 1, maxLength: 30 }).map((text) => JSON.stringify(text));
  if (schema.type === "array") {
    return fc.array(textOf(schema.items, document), { maxLength: 5 }).map((items) => `[${items.join(",")}]`);
  }
  const members = Object.entries<any>(schema.properties ?? {}).map(([name, inner]) => {
    const always = schema.required?.includes(name) ?? false;
    const member = textOf(inner, document).map((text) => `${JSON.stringify(name)}:${text}`);
    return always
      ? fc.oneof({ weight: 20, arbitrary: member }, { weight: 1, arbitrary: fc.constant("") })
      : fc.oneof(member, fc.constant(""));
  });
  const stranger = fc.oneof(
    { weight: 20, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: fc.constant('"__proto__":{"a":1}') },
  );
  return fc.tuple(...members, stranger).map((parts) => `{${parts.filter((part) => part !== "").join(",")}}`);
}

describe("whatever is sent to points", function () {
  this.timeout(120_000);
  const { app, call, book, failures } = fakeApi();
  const member = "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58";
  book.now = programme;
  book.project(event("MemberEnrolled", { operation: hexOf(member), account: accountWord([9], 1) }));

  it("is answered as the OpenAPI document says, never with a 5xx, and a 4xx changes nothing", async () => {
    const document: OpenapiDocument = (await call(undefined, "GET", "/openapi.json")).body;
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    const calls = fc.constantFrom(...routes).chain(({ path, method, operation }) => {
      const schema = operation.requestBody?.content["application/json"]?.schema;
      return fc.record({
        method: fc.constant(method.toUpperCase()),
        // A URL drops dots that stand alone: they ask for another path.
        path: fc
          .oneof(fc.constant(member), fc.uuid(), fc.webSegment())
          .map((id) => path.replace("{id}", /^(\.|%2e){0,2}$/i.test(id) ? "x" : id)),
        query: fc.oneof(
          fc.constant(""),
          fc.webQueryParameters(),
          fc.nat(300).map((limit) => `limit=${limit}`),
        ),
        who: fc.constantFrom("hotel", "operator", "reader", "nobody"),
        key: fc.oneof({ weight: 9, arbitrary: fc.uuid() }, fc.constantFrom("", " ", "x".repeat(256))),
        prefer: fc.constantFrom("wait=0", "wait=1", "wait=x", ";;,="),
        text: schema ? textOf(schema, document) : fc.constantFrom("", "{}", "[]", "7"),
        answers: fc.constant(operation.responses),
      });
    });
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(calls, async ({ method, path, query, who, key, prefer, text, answers }) => {
        const before = book.operations.size;
        const body = method === "GET" || text === "" ? {} : { text };
        const answer = await call(who, method, `${path}?${query}`, { key, ...body, headers: { prefer } });
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        expect(answer.status).to.be.lessThan(500);
        expect(Object.keys(answers)).to.include(String(answer.status));
        if (answer.status < 400) return;
        expect(answer.body).to.deep.include({ status: answer.status });
        expect(answer.body.type).to.match(/^http:\/\/api\.test\/problems\/[a-z-]+$/);
        expect(book.operations.size).to.equal(before);
      }),
      { numRuns: 1500 },
    );
    expect(failures).to.deep.equal([]);
    expect(({} as any).a).to.equal(undefined);
    // A fuzzer that never gets through proves nothing.
    for (const status of [200, 201, 202, 400, 403, 404])
      expect(seen.get(status) ?? 0, `${status}`).to.be.greaterThan(5);
  });

  it("is refused when it is bytes without sense", async () => {
    const headers = { authorization: "Bearer hotel", "content-type": "application/json", "idempotency-key": "k" };
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (body) => {
        const answer = await app.request("/v1/points/earnings", { method: "POST", headers, body });
        expect(answer.status).to.equal(400);
      }),
    );
  });

  it("is refused at paths without sense", async () => {
    await fc.assert(
      fc.asyncProperty(fc.webPath(), fc.constantFrom("GET", "POST", "PUT", "DELETE"), async (path, method) => {
        const answer = await app.request(`/v1/points${path}`, { method });
        expect([401, 404, 405]).to.include(answer.status);
      }),
    );
  });
});
