import { expect } from "chai";
import type { Authorities } from "../../lambdas/core/administering/admit.ts";
import { hasRole } from "../../lambdas/core/administering/admit.ts";
import { Chain } from "../../lambdas/core/chain/chain.ts";
import type { Lane } from "../../lambdas/core/store/lanes.ts";
import { ADMINISTRATOR } from "../../lambdas/core/store/lanes.ts";
import { readSigningKeys } from "../../lambdas/core/store/signing-keys.ts";
import { organisationOfSigner } from "../../lambdas/core/chain/signers.ts";
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
  let chain: Chain;
  let addresses: Record<string, string>;

  before(async () => {
    const cloud = await Cloud.shared();
    creator = await deployedAlliance();
    const book = await creator.emulation.home.book();
    joiner = await cloud.deployment("joiner", { book, organisations: [shop] });
    chain = new Chain([book!.rpcUrl]);
    addresses = book!.addresses;
    const [lane] = await readLanes(joiner);
    // As its deployment said: the operator adds the signer that the book does not know.
    await creatorNames(lane!.signer);
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

  it("gets another signer: it asks for one, and goes on with it once the operator of the book names it", async () => {
    const [before] = await readLanes(joiner);
    const roles = [...shop.roles, "points:operator"];
    const { settings } = joiner.emulation;
    await joiner.emulation.deploy({ ...settings, organisations: [{ ...shop, roles, signer: { generation: 2 } }] });
    const [asking] = await readLanes(joiner);
    const { signer, rotation } = asking!;
    expect([signer, rotation?.from, rotation?.awaited]).to.deep.equal([before!.signer, before!.signer, true]);
    const guest = await joined.enrol();

    await creatorNames(rotation!.to);
    expect((await joined.earn(guest, 5)).status).to.equal("final");
    const [after] = await readLanes(joiner);
    expect([after!.signer, after!.barred, after!.rotation]).to.deep.equal([rotation!.to, undefined, undefined]);
    expect(await organisationOfSigner(chain, addresses["Organisations"]!, before!.signer)).to.equal(undefined);
  });

  it("administers nothing: it has no key for that, and what its settings say of roles is not heeded", async () => {
    expect(await readSigningKeys(joiner.emulation.kapok().core, ADMINISTRATOR)).to.deep.equal([]);
    const [{ signer }] = (await readLanes(joiner)) as [Lane];
    const authorities = addresses as unknown as Authorities;
    expect(await hasRole(chain, authorities, "points:merchant", signer)).to.equal(true);
    expect(await hasRole(chain, authorities, "points:operator", signer)).to.equal(false);
  });

  /** The operator of the book lets a signer of the joiner speak, and no other one. */
  async function creatorNames(signer: string): Promise<void> {
    const { settings } = creator.emulation;
    const others = (settings["organisations"] as typeof alliance.organisations).filter(({ id }) => id !== shop.id);
    await creator.emulation.deploy({ ...settings, organisations: [...others, { ...shop, signer }] });
  }
});

async function withinThreeSeconds(holds: () => Promise<boolean>): Promise<void> {
  const began = Date.now();
  while (!(await holds())) {
    if (Date.now() - began > 3000) throw new Error("it was not there after three seconds");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
