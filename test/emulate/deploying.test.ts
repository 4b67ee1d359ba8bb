import { expect } from "chai";
import { Toy } from "./toy.ts";

describe("A real cdk deploy into the emulator", function () {
  this.timeout(180_000);
  let toy: Toy;
  before(async () => (toy = await Toy.shared()));

  it("makes what the template says, a custom resource included", async () => {
    expect(toy.outputs.Answer).to.equal("made of first");
    expect((await toy.rows("made"))[0]).to.match(/^Create#/);
  });

  it("changes nothing where nothing changed", async () => {
    expect(await toy.deploy()).to.include("(no changes)");
  });

  it("changes what changed, and leaves it as it was where a custom resource refuses", async () => {
    await toy.deploy({ TOY_VALUE: "second" });
    expect(toy.outputs.Answer).to.equal("made of second");
    const refused = await toy.deploy({ TOY_VALUE: "refused" }).catch((error) => error.stdout + error.stderr);
    expect(refused).to.include("the value is refused");
    expect(await toy.deploy({ TOY_VALUE: "second" })).to.include("(no changes)");
  });
});
