import { expect } from "chai";
import { book, network } from "./joining.ts";
import { Made } from "./made.ts";

/** Settings that the sample has not; each brings resources of its own, which CloudFormation has rules for. */
describe("Settings of every kind", function () {
  this.timeout(60_000);

  it("pass the strict checks: in a network, joined, with foreign, newer and missing keys, clients, recovered tables", () => {
    const made = new Made(
      (settings) => {
        const [first, second, third] = settings.organisations;
        settings.book = book;
        first.signer = { keyArn: "arn:aws:kms:ap-east-1:210987654321:key/0123-4567" };
        second.signer = { generation: 2 };
        second.clients = ["till", "night-desk"];
        third.signer = "elsewhere";
        settings.cloud.network = network;
        settings.cloud.tables = { core: "recovered" };
        settings.cloud.coreStream =
          "arn:aws:dynamodb:ap-east-1:123456789012:table/recovered/stream/2026-11-26T00:00:00.000";
      },
      { strictly: true },
    );
    expect(made.violations).to.deep.equal([]);
    expect(Object.keys(made.templates)).to.deep.equal(["state", "core", "points"]);
  });
});
