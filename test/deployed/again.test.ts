import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deployedSettings } from "../../scripts/deploy/deployed-settings.ts";
import { issueCredentials } from "../../scripts/deploy/issue-credentials.ts";
import { Desk } from "../points/end-to-end/desk.ts";
import { command } from "../end-to-end/command.ts";
import { deployedAlliance } from "./alliances.ts";
import type { Deployed } from "./cloud.ts";
import { readLanes } from "./lanes.ts";
import { program } from "./program.ts";

describe("A deployment that is there already", function () {
  this.timeout(300_000);
  let deployed: Deployed;
  before(async () => (deployed = await deployedAlliance()));

  it("is not changed by deploying it again, whatever the order of its settings", async () => {
    const { settings, log } = deployed.emulation;
    const before = readFileSync(log, "utf8").length;
    const organisations = (settings["organisations"] as unknown[]).toReversed();
    await deployed.emulation.deploy({ ...settings, organisations });
    const said = readFileSync(log, "utf8").slice(before);
    expect(said.match(/\(no changes\)/g)).to.have.length(3);
  });

  it("does not let go of an organisation that signed here", async () => {
    const { settings } = deployed.emulation;
    const organisations = (settings["organisations"] as { id: string }[]).filter(({ id }) => id !== "park-c");
    const refused = await deployed.emulation.deploy({ ...settings, organisations }).catch((error: Error) => error);
    expect(String(refused)).to.include("park-c signed here and cannot leave the settings");
  });

  it("destroyed and deployed again, has the same balances, keys and secrets", async () => {
    const state = async () => {
      const hotel = new Desk(deployed.credentials, "hotel-a");
      return {
        positions: await new Desk(deployed.credentials, "office").read("/v1/points/positions"),
        balance: await hotel.balance(guest),
        signers: (await readLanes(deployed)).map(({ organisation, signer }) => `${organisation} ${signer}`).toSorted(),
        clients: (await issueCredentials(deployedSettings(deployed.emulation.settingsPath))).clients,
        addresses: (await deployed.emulation.home.book())!.addresses,
      };
    };
    const hotel = new Desk(deployed.credentials, "hotel-a");
    const guest = await hotel.enrol();
    await hotel.earn(guest, 77);
    // The file has the settings that were refused.
    const { settings } = deployed.emulation;
    await deployed.emulation.deploy(settings);
    const before = await state();

    await deployed.gateway.close();
    const env = { KAPOK_SETTINGS: deployed.emulation.settingsPath };
    await program("scripts/deploy/destroy.ts", ["--force"], process.cwd(), env);
    await deployed.emulation.deploy(settings);
    deployed.gateway = await deployed.emulation.open(Number(new URL(deployed.credentials.apiUrl).port));
    deployed.credentials = (await deployed.emulation.home.credentials())!;

    expect(await state()).to.deep.equal(before);
    expect((await new Desk(deployed.credentials, "hotel-a").redeem(guest, 7)).status).to.equal("final");
  });

  it("has a book that anybody can audit from the chain alone", async () => {
    const { code, output } = await command("audit.ts", ["--book", join(deployed.emulation.home.path, "book.json")], {});
    expect(output).to.include("Everything agrees");
    expect(code).to.equal(0);
  });

  it("has tables that agree with the chain", async () => {
    const env = { ...process.env, KAPOK_SETTINGS: deployed.emulation.settingsPath };
    const { code, output } = await command("audit.ts", [], env);
    expect(output).to.include("Everything agrees");
    expect(output).to.include("store 1. The projections are the rows that the events make");
    expect(code).to.equal(0);
  });
});
