import { expect } from "chai";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { Administrator } from "../../../lambdas/core/administering/administrator.ts";
import { ContractDiffers } from "../../../lambdas/core/administering/contract-code.ts";
import { provision } from "../../../lambdas/core/administering/provision.ts";
import type { Kapok } from "../../../lambdas/core/kapok.ts";
import type { Scenario } from "../../../lambdas/core/scenario.ts";
import type { Settings } from "../../../lambdas/core/settings.ts";
import type { BookFile } from "../../../lambdas/core/store/book.ts";
import { scenarios } from "../../../lambdas/scenarios.ts";
import { Anvil } from "../anvil.ts";
import { Dynoxide } from "../dynoxide.ts";
import { settingsOf } from "../running-kapok.ts";

const account = privateKeyToAccount(generatePrivateKey());

describe("Contracts of a book", function () {
  this.timeout(60_000);
  let anvil: Anvil;
  let dynoxide: Dynoxide;
  before(async () => {
    [anvil, dynoxide] = await Promise.all([Anvil.start(), Dynoxide.start()]);
  });
  after(() => {
    anvil.stop();
    dynoxide.stop();
  });

  it("are found on the chain by who has lost all tables, and not created again", async () => {
    const made = await provided(await dynoxide.kapok("first"));
    const used = await anvil.chain.usedNonces(account.address);
    const found = await provided(await dynoxide.kapok("second"));
    expect(found.addresses).to.deep.equal(made.addresses);
    expect(await anvil.chain.usedNonces(account.address)).to.equal(used);
  });

  it("are refused where the chain has other code, before anything is asked of it", async () => {
    const kapok = await dynoxide.kapok("third");
    const known = { ...(await provided(kapok)), rpcUrl: anvil.url };
    const used = await anvil.chain.usedNonces(account.address);
    const changed = scenarios.map((scenario) => ({
      ...scenario,
      ledger: { ...scenario.ledger, code: otherCode(scenario) },
    }));
    const refused = await provided(kapok, changed, known).catch((error) => error);
    expect(refused).to.be.instanceOf(ContractDiffers);
    expect(refused.message).to.include(known.addresses["PointsLedger"]);
    expect(await anvil.chain.usedNonces(account.address)).to.equal(used);
  });

  function otherCode({ ledger }: Scenario): Scenario["ledger"]["code"] {
    return async () => {
      const { creation, runtime } = await ledger.code();
      return {
        creation,
        runtime: { ...runtime, hash: runtime.hash.replace(/^./, (digit) => (digit === "0" ? "1" : "0")) },
      };
    };
  }

  async function provided(kapok: Kapok, list: readonly Scenario[] = scenarios, known?: BookFile) {
    const parts = Object.create(kapok, { scenarios: { value: list } }) as Kapok;
    const settings = settingsOf({}, { organisations: [] }) as unknown as Settings;
    const keys = {
      signer: async () => account,
      addresses: async () => [account.address],
      create: async () => account.address,
    };
    const { book } = await provision({
      kapok: parts,
      chain: anvil.chain,
      keys,
      settings,
      rpcUrl: anvil.url,
      restored: false,
      known: async () => known,
      keep: async () => undefined,
      administer: async (work) => {
        const administrator = await Administrator.open(kapok.core, anvil.chain, account);
        return work(administrator).finally(() => administrator.close());
      },
    });
    return book;
  }
});
