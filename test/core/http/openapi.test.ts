import { expect } from "chai";
import type { OpenapiDocument } from "../../../lambdas/core/http/openapi.ts";
import { fakeApi } from "./fake-api.ts";

/** Every value in a document, with the way to it. */
function* walk(value: unknown, way = "#"): Generator<[string, any]> {
  yield [way, value];
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) yield* walk(child, `${way}/${key}`);
}

function at(document: unknown, reference: string): unknown {
  const steps = reference.slice(2).split("/");
  return steps.reduce((value: any, step) => value?.[step], document);
}

describe("the OpenAPI document", () => {
  let document: OpenapiDocument;
  before(async () => (document = (await fakeApi().call(undefined, "GET", "/openapi.json")).body));
  const operations = () =>
    Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );

  it("is of OpenAPI 3.1 and says what it is about", () => {
    expect(document.openapi).to.match(/^3\.1\./);
    expect(document.info).to.include.keys("title", "version", "description");
  });

  it("has all routes", () => {
    const routes = operations().map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(routes).to.have.members([
      "GET /v1/operations/{id}",
      "POST /v1/points/members",
      "GET /v1/points/members/{id}",
      "GET /v1/points/members/{id}/entries",
      "PUT /v1/points/members/{id}/freeze",
      "DELETE /v1/points/members/{id}/freeze",
      "POST /v1/points/earnings",
      "POST /v1/points/redemptions",
      "POST /v1/points/reversals",
      "POST /v1/points/batches",
      "GET /v1/points/positions",
      "POST /v1/points/settlements",
      "GET /v1/points/settlements",
      "GET /v1/points/settlements/{id}",
    ]);
  });

  it("refers to nothing that it does not have", () => {
    const references = [...walk(document)].filter(([way]) => way.endsWith("/$ref"));
    expect(references.length).to.be.greaterThan(0);
    for (const [way, reference] of references)
      expect(at(document, reference), `${way} -> ${reference}`).to.be.an("object");
  });

  it("names, sums up, tags and secures each operation", () => {
    const names = operations().map(({ operation }) => operation.operationId);
    expect(new Set(names).size).to.equal(names.length);
    const { scopes } = document.components.securitySchemes["oauth"].flows.clientCredentials;
    for (const { operation } of operations()) {
      expect(operation.summary, operation.operationId).to.be.a("string").and.not.equal("");
      expect(operation.tags).to.have.length(1);
      expect(document.tags.map((tag) => tag.name)).to.include(operation.tags[0]);
      expect(operation.security.length).to.be.greaterThan(0);
      for (const { oauth } of operation.security) expect(Object.keys(scopes)).to.include.members(oauth!);
    }
  });

  it("declares the parameters of each path", () => {
    for (const { path, operation } of operations()) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      const named = [...path.matchAll(/\{(.+?)\}/g)].map((match) => match[1]);
      expect(inPath.map((parameter) => parameter.name)).to.deep.equal(named);
      for (const parameter of inPath) expect(parameter.required).to.equal(true);
    }
  });

  it("asks each write for its key, except the batches, whose entries have their own", () => {
    for (const { path, method, operation } of operations()) {
      const key = operation.parameters?.find(({ name }) => name === "Idempotency-Key");
      expect(key?.required, `${method} ${path}`).to.equal(
        method === "get" || path.endsWith("/batches") ? undefined : true,
      );
    }
  });

  it("lets no field through that it does not name in what is sent", () => {
    for (const { operation } of operations()) {
      const schema = operation.requestBody?.content["application/json"]?.schema;
      if (!schema) continue;
      const body = at(document, schema.$ref) as any;
      expect(body.additionalProperties, schema.$ref).to.equal(false);
      expect(body.example, schema.$ref).to.be.an("object");
    }
  });

  it("describes every answer, and every problem with its page", async () => {
    const { call } = fakeApi();
    const pages = new Set<string>();
    for (const { operation } of operations()) {
      const statuses = Object.keys(operation.responses);
      expect(statuses).to.include.members(["401", "403", "500", "503"]);
      if (operation.requestBody) expect(statuses).to.include.members(["400", "413", "415"]);
      for (const [status, { description, content }] of Object.entries(operation.responses)) {
        expect(description).not.to.equal("");
        const examples = content?.["application/problem+json"]?.examples ?? {};
        for (const name of Object.keys(examples)) {
          expect(examples[name].value.status).to.equal(Number(status));
          pages.add(examples[name].value.type);
        }
      }
    }
    expect(pages.size).to.be.greaterThan(20);
    for (const type of pages) expect((await call(undefined, "GET", type)).status, type).to.equal(200);
  });

  it("names only problems of the catalogue, and operations of the scenario", () => {
    const { responses } = document.paths["/v1/points/redemptions"]!["post"]!;
    expect(Object.keys(responses)).to.have.members("200 202 400 401 403 409 413 415 422 429 500 503".split(" "));
    const conflicts = Object.keys(responses["409"]!.content!["application/problem+json"]!.examples);
    expect(conflicts).to.include.members(["insufficient-points", "member-frozen", "unknown-member", "role-missing"]);
  });
});
