import { expect } from "chai";
import { book, network } from "./joining.ts";
import type { SettingsFile } from "./made.ts";
import { Made, madeOfSample } from "./made.ts";

/**
 * What a stack takes from another one it holds fast: CloudFormation changes no export that is in use, so that a change of
 * one is a deployment that gets stuck.
 */
describe("What stacks tell each other", () => {
  const variants: Record<string, (settings: SettingsFile) => void> = {
    "as in the sample": () => {},
    "with another organisation": ({ organisations }) => {
      organisations.push({ id: "another", name: "Another", roles: ["points:merchant"] });
    },
    "with several clients": ({ organisations }) => (organisations[0].clients = ["till", "night"]),
    "with a rotated key": ({ organisations }) => (organisations[0].signer = { generation: 2 }),
    "with a book that is joined": (settings) => (settings.book = book),
    "in a network": ({ cloud }) => (cloud.network = network),
    "with tables that were recovered": ({ cloud }) => {
      cloud.tables = { core: "recovered", points: "recovered-points" };
      cloud.coreStream = "arn:aws:dynamodb:ap-east-1:123456789012:table/recovered/stream/2026-11-26T00:00:00.000";
    },
  };
  for (const [name, change] of Object.entries(variants)) {
    it(`does not depend on the settings: ${name}`, () => {
      const { templates, readable } = new Made(change);
      const exported = Object.entries(templates).map(([stack, { Outputs = {} }]) => {
        const values = Object.values(Outputs).filter(({ Export }) => Export);
        return [stack, values.map(({ Value }) => readable.of(stack, Value)).toSorted()];
      });
      expect(Object.fromEntries(exported)).to.deep.equal({
        state: [
          "state/Alarms",
          "state/Role-deployer.Arn",
          "state/Role-submitter.Arn",
          "state/Table-core.StreamArn",
          "state/Tokens/Pool",
          "state/Tokens/Pool.Arn",
        ],
        core: ["core/Api", "core/Api.ApiEndpoint"],
        points: [],
      });
    });
  }

  it("is all that operators and scripts see: where things are, and nothing secret", () => {
    const { templates, readable } = madeOfSample();
    const said = Object.entries(templates).flatMap(([stack, { Outputs = {} }]) =>
      Object.entries(Outputs).flatMap(([name, { Value, Export }]) =>
        Export ? [] : [[`${stack} ${name}`, readable.of(stack, Value)]],
      ),
    );
    expect(Object.fromEntries(said)).to.deep.equal({
      "state PoolId": "state/Tokens/Pool",
      "core ApiUrl": "core/Api.ApiEndpoint",
      "core TokenUrl": "https://kapok-sample.auth.ap-east-1.amazoncognito.com/oauth2/token",
    });
  });
});
