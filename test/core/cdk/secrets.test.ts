import { expect } from "chai";
import { book, ENDPOINT, network } from "./joining.ts";
import type { SettingsFile } from "./made.ts";
import { Made } from "./made.ts";

/** What anybody who may read a stack could read. */
describe("Templates hold nothing secret", () => {
  const variants: Record<string, (settings: SettingsFile) => void> = {
    "that make a book": () => {},
    "that join one": (settings) => (settings.book = book),
    "in a network, with foreign keys": (settings) => {
      settings.cloud.network = network;
      settings.organisations[0].signer = { keyArn: "arn:aws:kms:ap-east-1:210987654321:key/0123-4567" };
    },
  };
  for (const [name, change] of Object.entries(variants)) {
    const { text } = new Made(change);

    it(`nor what looks like a private key: ${name}`, () => {
      expect(text).to.not.match(/0x[0-9a-fA-F]{64}/);
      expect(text).to.not.include("PRIVATE KEY");
    });

    it(`nor how to get one while deploying: ${name}`, () => {
      // CloudFormation would put the value in, where it can be read ever after.
      expect(text).to.not.include("{{resolve:");
      expect(text).to.not.include("ClientSecret");
      expect(text).to.not.include("DescribeUserPoolClient");
    });

    it(`nor where the chain's nodes are: ${name}`, () => {
      expect(text).to.not.include("canary");
      expect(text).to.not.include(new URL(ENDPOINT).hostname);
      const hosts = [...text.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host]) => host);
      const known = [
        "kapok-sample.auth.ap-east-1.amazoncognito.com",
        "cognito-idp.ap-east-1.amazonaws.com",
        ...(name === "that join one" ? ["chain.invalid"] : []),
      ];
      expect([...new Set(hosts)]).to.have.members(known);
    });
  }
});
