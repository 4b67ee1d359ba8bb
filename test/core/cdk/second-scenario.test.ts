import { expect } from "chai";
import type { Scenario } from "../../../lambdas/core/scenario.ts";
import { scenarios } from "../../../lambdas/scenarios.ts";
import { granted } from "./granted.ts";
import { Made, madeOfSample } from "./made.ts";
import { rights, scenarioApi } from "./rights.ts";

/** Another scenario, as one line in the list of scenarios would add it. */
const lanterns: Scenario = {
  ...scenarios[0]!,
  name: "lanterns",
  roles: { "lanterns:maker": { scopes: ["lanterns:write", "lanterns:read"] } } as unknown as Scenario["roles"],
};

describe("A second scenario", () => {
  const one = madeOfSample();
  const change = (settings: { lanterns: unknown; points: unknown }) => (settings.lanterns = settings.points);
  const two = new Made(change, { scenarios: [...scenarios, lanterns] });

  it("has a stack, a table and a route of its own, without any code for it", () => {
    expect(Object.keys(two.templates)).to.have.members(["state", "core", "points", "lanterns"]);
    const added = two.resources.filter(({ path }) => !one.resources.some((each) => each.path === path));
    expect(added.map(({ path }) => path)).to.have.members([
      "state/Table-lanterns",
      "state/Tokens/Pool/Server-lanterns",
      "lanterns/Role-lanterns-api",
      "lanterns/Role-lanterns-api/DefaultPolicy",
      "lanterns/Log-lanterns-api",
      "lanterns/Function-lanterns-api",
      "lanterns/Route-lanterns/Integration-lanterns",
      "lanterns/Route-lanterns/Integration-lanterns-Permission",
      "lanterns/Route-lanterns",
      "lanterns/Alarm-lanterns-api-throttled",
    ]);
    expect(two.at("lanterns/Route-lanterns").properties["RouteKey"]).to.equal("ANY /v1/lanterns/{proxy+}");
  });

  it("reaches its own projections and nobody else's", () => {
    expect(granted(two)["lanterns/Role-lanterns-api"]).to.deep.equal(scenarioApi("lanterns"));
    const { TABLES } = two.at("lanterns/Function-lanterns-api").properties["Environment"].Variables;
    expect(JSON.parse(TABLES)).to.deep.equal({ core: "kapok-core", lanterns: "kapok-lanterns" });
  });

  it("leaves the first one's stack as it is, to the byte", () => {
    expect(JSON.stringify(two.templates["points"])).to.equal(JSON.stringify(one.templates["points"]));
  });

  it("adds its table to the roles that cross scenarios, as points has it there, and to no other", () => {
    const points = "arn:aws:dynamodb:ap-east-1:123456789012:table/kapok-points";
    const expected = Object.entries(rights).map(([role, may]) => {
      const extended =
        may[points] && !role.startsWith("points/")
          ? { ...may, [points.replace("points", "lanterns")]: may[points] }
          : may;
      return [role, extended];
    });
    const { "lanterns/Role-lanterns-api": _, ...others } = granted(two);
    expect(others).to.deep.equal(Object.fromEntries(expected));
  });
});
