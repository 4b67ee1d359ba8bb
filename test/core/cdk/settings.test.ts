import { expect } from "chai";
import { SettingsInvalid } from "../../../lambdas/core/settings.ts";
import { granted } from "./granted.ts";
import { book, GENESIS } from "./joining.ts";
import type { SettingsFile } from "./made.ts";
import { Made, madeOfSample } from "./made.ts";
import { resourceStatements, roleStatements } from "./statements.ts";

const FOREIGN = "arn:aws:kms:ap-east-1:210987654321:key/0123-4567";
const STREAM = "arn:aws:dynamodb:ap-east-1:123456789012:table/recovered/stream/2026-11-26T00:00:00.000";

const keys = (made: Made) => made.all("KMS::Key").map(({ path }) => path.replace("state/", ""));
const asked = (made: Made) => made.at("core/Book").properties;

describe("A book that is joined", () => {
  const made = new Made((settings) => (settings.book = book));

  it("has no key that administers, and nobody who signs for it", () => {
    expect(keys(made)).to.not.include("Administrator");
    expect(asked(made)["keys"]).to.not.have.property("administrator");
    const signing = resourceStatements(made).filter(
      ({ action, effect }) => action === "kms:Sign" && effect === "Allow",
    );
    expect(new Set(signing.map(({ principal }) => JSON.stringify(principal)))).to.deep.equal(
      new Set(['{"AWS":"state/Role-submitter.Arn"}']),
    );
  });

  it("is told apart by its addresses and its hash, which stands without a prefix", () => {
    const { rpcUrl, ...facts } = JSON.parse(asked(made)["settings"]).book;
    expect(facts).to.deep.equal({
      chainId: book.chainId,
      addresses: book.addresses,
      startBlock: book.startBlock,
      genesisHash: GENESIS.slice(2),
    });
    // Endpoints come from the secret; this one leads nowhere.
    expect(new URL(rpcUrl).hostname).to.match(/\.invalid$/);
  });

  it("needs no parameters of scenarios", () => {
    expect(() => new Made((settings) => Object.assign(settings, { book, points: undefined }))).to.not.throw();
  });
});

describe("A signer elsewhere", () => {
  for (const [name, signer] of Object.entries({ elsewhere: "elsewhere", "at an address": `0x${"44".repeat(20)}` })) {
    it(`has no key, no client and no graph here: ${name}`, () => {
      const made = new Made(({ organisations }) => (organisations[0].signer = signer));
      expect(made.resources.filter(({ path }) => path.includes("harbour-hotel"))).to.deep.equal([]);
      expect(asked(made)["keys"].organisations).to.not.have.property("harbour-hotel");
      expect(JSON.stringify(asked(made)["clients"])).to.not.include("harbour-hotel");
      // The book still has to know the organisation.
      expect(asked(made)["settings"]).to.include('"id":"harbour-hotel"');
      expect(made.at("core/Dashboard").properties["DashboardBody"]).to.not.include("harbour-hotel");
    });
  }
});

describe("A key in the organisation's own account", () => {
  const made = new Made(({ organisations }) => (organisations[0].signer = { keyArn: FOREIGN }));

  it("is used by who signs and read by who deploys, by its ARN, and no key is made beside it", () => {
    expect(keys(made)).to.not.include("Signer-harbour-hotel-1");
    const rights = roleStatements(made).filter(({ action }) => action.startsWith("kms:"));
    expect(rights.map(({ role, action, resource, effect }) => [role, effect, action, resource])).to.deep.equal([
      ["state/Role-submitter", "Allow", "kms:GetPublicKey", FOREIGN],
      ["state/Role-submitter", "Allow", "kms:Sign", FOREIGN],
      ["state/Role-deployer", "Allow", "kms:GetPublicKey", FOREIGN],
    ]);
    expect(asked(made)["keys"].organisations["harbour-hotel"]).to.deep.equal([FOREIGN]);
  });

  it("leaves the organisation its client", () => {
    expect(made.at("state/Tokens/Client-harbour-hotel").properties["ClientName"]).to.equal("harbour-hotel");
  });

  it("can be everybody's: then there is no key here to watch", () => {
    const none = new Made((settings) => {
      settings.book = book;
      for (const organisation of settings.organisations) organisation.signer = { keyArn: FOREIGN };
    });
    expect(none.all("KMS::Key")).to.deep.equal([]);
    expect(none.all("Events::Rule").map(({ path }) => path)).to.deep.equal(["core/EveryMinute"]);
  });
});

describe("A second generation of a key", () => {
  const made = new Made(({ organisations }) => (organisations[0].signer = { generation: 2 }));

  it("is a key beside the first one, which signs until the book knows the new one", () => {
    expect(keys(made)).to.include.members(["Signer-harbour-hotel-1", "Signer-harbour-hotel-2"]);
    expect(asked(made)["keys"].organisations["harbour-hotel"]).to.deep.equal([
      "alias/kapok/harbour-hotel/1",
      "alias/kapok/harbour-hotel/2",
    ]);
    const policies = ["1", "2"].map(
      (n) => made.at(`state/Signer-harbour-hotel-${n}`, "KMS::Key").properties["KeyPolicy"],
    );
    expect(policies[1]).to.deep.equal(policies[0]);
  });
});

describe("Tables that were recovered", () => {
  const recover = ({ cloud }: SettingsFile) => {
    cloud.tables = { core: "recovered", points: "recovered-points" };
    cloud.coreStream = STREAM;
  };
  const made = new Made(recover);

  it("are the ones that functions work with, and the only ones that roles reach", () => {
    for (const { path, properties } of made.all("Lambda::Function")) {
      expect(JSON.parse(properties["Environment"].Variables.TABLES), path).to.deep.equal({
        core: "recovered",
        points: "recovered-points",
      });
    }
    const reached = Object.values(granted(made)).flatMap((ofRole) => Object.keys(ofRole));
    const tables = reached.flatMap((resource) => /:table\/([\w.-]+)/.exec(resource)?.[1] ?? []);
    expect(new Set(tables)).to.deep.equal(new Set(["recovered", "recovered-points"]));
  });

  it("wake: it is their stream that is read", () => {
    expect(made.at("core/Stream").properties["EventSourceArn"]).to.equal(STREAM);
    const reading = roleStatements(made).filter(({ action }) => action === "dynamodb:GetRecords");
    expect(reading.map(({ resource }) => resource)).to.deep.equal([STREAM]);
  });

  it("leave the tables that they replace as they are: nobody has looked into those yet", () => {
    expect(JSON.stringify(made.templates["state"])).to.equal(JSON.stringify(madeOfSample().templates["state"]));
  });

  const wrong: Record<string, (settings: SettingsFile) => void> = {
    "a table of core without its stream: nothing would wake": ({ cloud }) => (cloud.tables = { core: "recovered" }),
    "a stream without its table": ({ cloud }) => (cloud.coreStream = STREAM),
    "a stream of another table": ({ cloud }) => {
      cloud.tables = { core: "other" };
      cloud.coreStream = STREAM;
    },
    "a table for what there is not: a slip of the pen would use the old one": ({ cloud }) => {
      cloud.tables = { pionts: "recovered-points" };
    },
  };
  for (const [name, change] of Object.entries(wrong)) {
    it(`are refused with a reason: ${name}`, () => {
      expect(() => new Made(change)).to.throw(SettingsInvalid, /cloud\.(coreStream|tables\.pionts)/);
    });
  }

  it("can be a scenario's alone", () => {
    const one = new Made(({ cloud }) => (cloud.tables = { points: "recovered-points" }));
    expect(one.at("core/Stream").properties["EventSourceArn"]).to.equal("state/Table-core.StreamArn");
  });
});

describe("Several clients of an organisation", () => {
  it("have a name and a secret each, so that one is replaced while the other works", () => {
    const made = new Made(({ organisations }) => (organisations[0].clients = ["till", "night-desk"]));
    const names = made.all("Cognito::UserPoolClient").map(({ properties }) => properties["ClientName"]);
    expect(names.filter((name) => name.startsWith("harbour"))).to.deep.equal([
      "harbour-hotel night-desk",
      "harbour-hotel till",
    ]);
  });
});
