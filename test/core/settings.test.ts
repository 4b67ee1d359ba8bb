import { expect } from "chai";
import { parseSettings } from "../../lambdas/core/settings.ts";
import { scenarios } from "../../lambdas/scenarios.ts";
import { settingsOf } from "./running-kapok.ts";

describe("Settings", () => {
  const address = "0x52908400098527886E0F7030069857D2E4169EE7";
  const organisation = (id: string, signer: unknown) => ({ id, name: id, roles: ["points:merchant"], signer });
  const refusal = (organisations: unknown[]): string => {
    try {
      parseSettings(settingsOf({}, { organisations }), scenarios);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("take an address in any letters that fit it, and a key in another account", () => {
    const keyArn = "arn:aws:kms:ap-east-1:123456789012:key/0b8e6a52-7f3c-4a1d-9e40-5c2d71f8a6b3";
    for (const signer of [address, address.toLowerCase(), "elsewhere", { keyArn }, { generation: 2, lost: true }]) {
      expect(refusal([organisation("shop-d", signer)])).to.equal("");
    }
  });

  for (const [what, organisations, words] of [
    ["the address zero", [organisation("shop-d", `0x${"0".repeat(40)}`)], "the address zero is nobody's"],
    [
      "a mistyped address",
      [organisation("shop-d", address.replace("E0F", "e0F"))],
      "a letter of this address is wrong",
    ],
    ["half an address", [organisation("shop-d", "0x1234")], "an address: 0x and 40 hex digits"],
    [
      "one signer for two",
      [organisation("shop-d", address), organisation("shop-e", address.toLowerCase())],
      `${address.toLowerCase()} cannot sign for two of them`,
    ],
    [
      "one organisation twice",
      [organisation("a", "elsewhere"), organisation("a", "elsewhere")],
      "a stands there twice",
    ],
  ] as const) {
    it(`are refused with ${what}, and say so`, () => {
      expect(refusal([...organisations])).to.include(words);
    });
  }
});
