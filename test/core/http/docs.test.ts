import { expect } from "chai";
import { catalogueOf } from "../../../lambdas/core/http/problem-document.ts";
import { points } from "../../../lambdas/points/scenario.ts";
import { fakeApi } from "./fake-api.ts";

/** Tags that are opened and not closed again, in order. */
function unclosed(html: string): string[] {
  const open: string[] = [];
  for (const [, slash, name] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (["meta", "br"].includes(name!)) continue;
    if (slash === "") open.push(name!);
    else if (open.at(-1) === name) open.pop();
    else return [...open, `/${name}`];
  }
  return open;
}

describe("the pages", () => {
  const get = async (path: string) => {
    const answer = await fakeApi().call(undefined, "GET", path);
    expect([answer.status, answer.headers.get("content-type")], path).to.deep.equal([200, "text/html; charset=UTF-8"]);
    expect(unclosed(answer.body), path).to.deep.equal([]);
    expect(answer.body, path).not.to.match(/<script|src=|<link|undefined|\[object/);
    return answer.body as string;
  };

  it("document every route, with links that lead somewhere on the page", async () => {
    const html = await get("/docs");
    for (const route of [
      "POST /v1/points/redemptions",
      "GET /v1/operations/{id}",
      "PUT /v1/points/members/{id}/freeze",
    ]) {
      expect(html).to.contain(`<code>${route}</code>`);
    }
    expect(html).to.contain("接口文档").and.to.contain("http://api.test/oauth2/token");
    const anchors = new Set([...html.matchAll(/id="([^"]+)"/g)].map((match) => match[1]));
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(anchors.has(target!), target!).to.equal(true);
  });

  it("explain every problem in English and Chinese", async () => {
    const index = await get("/problems");
    for (const [name, kind] of Object.entries(catalogueOf([points]))) {
      expect(index).to.contain(`href="/problems/${name}"`);
      const html = await get(`/problems/${name}`);
      expect(html).to.contain(`HTTP ${kind.status}`).and.to.contain("如何处理");
      expect(kind.chinese.title, name).to.match(/[\u4e00-\u9fff]/);
      expect(kind.chinese.remedy, name).to.match(/[\u4e00-\u9fff]/);
      expect(html).to.contain(kind.chinese.title);
    }
  });

  it("know no problem by the name of an object's own machinery", async () => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      expect((await fakeApi().call(undefined, "GET", `/problems/${name}`)).status, name).to.equal(404);
    }
  });
});
