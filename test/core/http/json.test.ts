import { expect } from "chai";
import { parseJson } from "../../../lambdas/core/http/json.ts";
import { Problem } from "../../../lambdas/core/problem.ts";

describe("parsing JSON", () => {
  const refused = (text: string) => expect(() => parseJson(text), text.slice(0, 40)).to.throw(Problem);

  it("parses what is JSON", () => {
    expect(parseJson('{"a":[1,"木棉",null,{"b":true}]}')).to.deep.equal({ a: [1, "木棉", null, { b: true }] });
    expect(parseJson('{"a":1,"a":2}')).to.deep.equal({ a: 2 });
    expect(parseJson('"\\ud83c\\udf3a"')).to.equal("🌺");
  });

  it("refuses what is not", () => {
    for (const text of ["", "{", "NaN", "undefined", "{'a':1}", '{"a":1,}', "01", "\u0000"]) refused(text);
  });

  it("refuses keys that reach a prototype, however they are written", () => {
    refused('{"__proto__":{"polluted":true}}');
    refused('{"a":[{"\\u005f\\u005fproto__":1}]}');
    expect(({} as any).polluted).to.equal(undefined);
  });

  it("refuses lone surrogates in values and in keys", () => {
    refused('{"a":"\\ud800"}');
    refused('{"\\udc00":1}');
    refused('["\\udc00\\ud800"]');
  });

  it("refuses deep nesting without going deep itself", () => {
    refused("[".repeat(400_000) + "]".repeat(400_000));
    refused('{"a":'.repeat(100_000) + "1" + "}".repeat(100_000));
    expect(() => parseJson("[".repeat(32) + "]".repeat(32))).not.to.throw();
    refused("[".repeat(33) + "]".repeat(33));
  });
});
