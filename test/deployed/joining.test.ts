import { expect } from "chai";
import { readLanes } from "./lanes.ts";
import { Desk } from "../points/end-to-end/desk.ts";
import { alliance, deployedAlliance } from "./alliances.ts";
import type { Deployed } from "./cloud.ts";
import { Cloud } from "./cloud.ts";

const shop = { id: "shop-j", name: "Shop J", roles: ["points:merchant"] };

describe("A deployment that joins the book of another one", function () {
  this.timeout(300_000);
  let creator: Deployed;
  let joiner: Deployed;
  let hotel: Desk, joined: Desk;

  before(async () => {
    const cloud = await Cloud.shared();
    creator = await deployedAlliance();
    const book = await creator.emulation.home.book();
    joiner = await cloud.deployment("joiner", { book, organisations: [shop] });
    const [lane] = await readLanes(joiner);
    // As its deployment said: the operator adds the signer that the book does not know.
    const { settings } = creator.emulation;
    const organisations = [
      ...(settings["organisations"] as typeof alliance.organisations),
      { ...shop, signer: lane!.signer },
    ];
    await creator.emulation.deploy({ ...settings, organisations });
    hotel = new Desk(creator.credentials, "hotel-a");
    joined = new Desk(joiner.credentials, shop.id);
  });

  it("has the same contracts, and made none", async () => {
    const [one, other] = [await creator.emulation.home.book(), await joiner.emulation.home.book()];
    expect(other).to.deep.include({ addresses: one!.addresses, genesisHash: one!.genesisHash });
  });

  it("shows within three seconds what is posted at the other one, both ways", async () => {
    const guest = await hotel.enrol();
    await hotel.earn(guest, 100);
    await withinThreeSeconds(async () => (await joined.get(`/v1/points/members/${guest}`)).body.balance === 100);
    expect((await joined.redeem(guest, 40)).status).to.equal("final");
    await withinThreeSeconds(async () => (await hotel.balance(guest)) === 60);
  });

  it("administers nothing: it has no key for that, and its settings cannot ask for it", async () => {
    const { settings } = joiner.emulation;
    const generation = { ...shop, signer: { generation: 2 } };
    const refused = await joiner.emulation.deploy({ ...settings, organisations: [generation] }).catch((error) => error);
    expect(String(refused)).to.include("does not administer");
    await joiner.emulation.deploy(settings);
  });
});

async function withinThreeSeconds(holds: () => Promise<boolean>): Promise<void> {
  const began = Date.now();
  while (!(await holds())) {
    if (Date.now() - began > 3000) throw new Error("it was not there after three seconds");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
