import { expect } from "chai";
import { readFileSync } from "node:fs";
import * as z from "zod";
import { drawable } from "../../scripts/draw/deployment.ts";
import { picture } from "../../scripts/draw/picture.ts";
import { sampleTemplates } from "../../scripts/draw/sample-templates.ts";
import { parseSettings, settingsForm } from "../../lambdas/core/settings.ts";
import { scenarios } from "../../lambdas/scenarios.ts";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const templates = sampleTemplates();

describe("docs/operations.md", () => {
  const text = read("docs/operations.md");
  const headings = new Set(
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
      heading!
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );

  it("has the heading to which each alarm leads, with what it means, what to look at and what to do", () => {
    const led = [...JSON.stringify(templates).matchAll(/docs\/operations\.md#([a-z-]+)/g)].map(([, anchor]) => anchor!);
    const alarms = Object.values(templates).flatMap(({ Resources }) =>
      Object.values(Resources).filter(({ Type }) => Type === "AWS::CloudWatch::Alarm"),
    );
    expect(alarms.length).to.be.greaterThan(10);
    expect(led.filter((anchor) => anchor !== "key-touched")).to.have.length(alarms.length);
    expect(new Set(led)).to.include("key-touched");
    expect([...new Set(led)].filter((anchor) => !headings.has(anchor))).to.deep.equal([]);
    const section = (anchor: string) => text.split(`\n### ${anchor}\n`)[1]?.split("\n#")[0] ?? "";
    const parts = ["**It means**", "**Look at**", "**Do**"];
    const bare = [...new Set(led)].filter((anchor) => !parts.every((part) => section(anchor).includes(part)));
    expect(bare).to.deep.equal([]);
  });

  it("explains every key of the settings file", () => {
    const rows = new Set([...text.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key));
    const keys = keysOf(z.toJSONSchema(settingsForm(scenarios), { io: "input" }));
    expect(keys).to.include.members(["organisations[].signer.generation", "cloud.chainSecret", "points.periods"]);
    expect(keys.filter((key) => !rows.has(key))).to.deep.equal([]);
  });

  it("has an example that can be used, with everything that a deployment reads", () => {
    const [example] = [...text.matchAll(/```json\n([^`]*"cloud"[^`]*)```/g)].map(([, json]) => json!);
    const { cloud } = parseSettings(JSON.parse(example!), scenarios);
    expect(cloud).to.include.all.keys("alarmEmail", "tables", "coreStream", "network");
  });

  it("leads to headings and files that are there", () => {
    for (const [, target] of text.matchAll(/\]\(([^)]+)\)/g)) {
      const [path, anchor] = target!.split("#");
      if (!path) expect(headings, target).to.include(anchor);
      else if (!path.startsWith("http") && path !== "cost.md") read(`docs/${path}`);
    }
  });
});

describe("docs/deployment.svg", () => {
  it("shows what is deployed now: npm run draw makes it again", () => {
    expect(picture(drawable(templates)) === read("docs/deployment.svg")).to.equal(true);
  });
});

/** Every key of a form, such as `cloud.network.vpc` and `organisations[].id`. */
function keysOf(form: any, path = ""): string[] {
  const alternatives = [...(form.anyOf ?? []), ...(form.allOf ?? [])].flatMap((each: any) => keysOf(each, path));
  const items = form.items ? keysOf(form.items, `${path}[]`) : [];
  const properties = Object.entries(form.properties ?? {}).flatMap(([name, inner]) => {
    const key = path === "" ? name : `${path}.${name}`;
    return [key, ...keysOf(inner, key)];
  });
  return [...new Set([...alternatives, ...items, ...properties])];
}
