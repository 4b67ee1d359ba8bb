import { expect } from "chai";
import type { OriginSecrets, ReadSecret } from "../../../lambdas/core/functions/origin-secrets.ts";
import { digest, originSecrets } from "../../../lambdas/core/functions/origin-secrets.ts";
import type { Logger } from "../../../lambdas/core/log.ts";
import { acceptedNumbers } from "../../../lambdas/core/origin-secret.ts";
import { FakeCloud } from "./fake-cloud.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Secrets behind a clock and a store that the test sets. */
class Kept {
  now = 0;
  reads = 0;
  /** What Secrets Manager has now; an error where it does not answer. */
  store: Record<string, string> | Error = { one: "1", two: "2" };
  readonly said: string[] = [];
  readonly secrets: OriginSecrets;

  constructor() {
    const read: ReadSecret = async (name) => {
      this.reads++;
      if (this.store instanceof Error) throw this.store;
      return this.store[name];
    };
    const log = { error: (event: string, fields: object) => this.said.push(event + JSON.stringify(fields)) };
    this.secrets = originSecrets(["one", "two"], log as unknown as Logger, read, () => this.now);
  }
}

const hashes = (...secrets: string[]) => secrets.map(digest);

describe("The origin's secrets, as a function keeps them", () => {
  it("are read when the first request comes, once for all that come with it, and then not for an hour", async () => {
    const kept = new Kept();
    expect(kept.reads).to.equal(0);
    const all = await Promise.all([kept.secrets(), kept.secrets(), kept.secrets()]);
    expect(all).to.deep.equal([hashes("1", "2"), hashes("1", "2"), hashes("1", "2")]);
    kept.now = HOUR - 1;
    await kept.secrets();
    expect(kept.reads).to.equal(2);
  });

  it("are read again after an hour, so that one that was taken away is accepted no longer", async () => {
    const kept = new Kept();
    await kept.secrets();
    kept.store = { two: "2" };
    kept.now = HOUR;
    expect(await kept.secrets()).to.deep.equal(hashes("2"));
  });

  it("are read again after a minute where one is not there yet", async () => {
    const kept = new Kept();
    kept.store = { one: "1" };
    expect(await kept.secrets()).to.deep.equal(hashes("1"));
    kept.store = { one: "1", two: "2" };
    kept.now = MINUTE - 1;
    expect(await kept.secrets()).to.deep.equal(hashes("1"));
    kept.now = MINUTE;
    expect(await kept.secrets()).to.deep.equal(hashes("1", "2"));
  });

  it("go on for four hours where they cannot be read again, asked for once a minute, and not longer", async () => {
    const kept = new Kept();
    await kept.secrets();
    kept.store = new Error("Secrets Manager does not answer");
    kept.now = HOUR;
    for (let request = 0; request < 100; request++) expect(await kept.secrets()).to.deep.equal(hashes("1", "2"));
    expect(kept.reads).to.equal(4);
    kept.now = 4 * HOUR + 1;
    const outcome = await kept.secrets().catch((error: Error) => error.message);
    expect(outcome).to.equal("Secrets Manager does not answer");
    kept.store = { one: "1", two: "2" };
    expect(await kept.secrets()).to.deep.equal(hashes("1", "2"));
  });

  it("are nobody's where none can be read: nothing is let in, and the log says what to do and no secret", async () => {
    const kept = new Kept();
    kept.store = {};
    const outcome = await kept.secrets().catch((error: Error) => error.message);
    expect(outcome).to.equal("none of the secrets one, two can be read: deploy again");
    expect(kept.said).to.deep.equal([
      'origin-secrets-unread{"error":"Error: none of the secrets one, two can be read: deploy again"}',
    ]);
  });

  it("never lose one because Secrets Manager failed for that one only", async () => {
    const kept = new Kept();
    const log = { error: () => undefined } as unknown as Logger;
    let fails = false;
    const read: ReadSecret = async (name) => {
      if (fails && name === "two") throw new Error("throttled");
      return name;
    };
    const secrets = originSecrets(["one", "two"], log, read, () => kept.now);
    await secrets();
    fails = true;
    kept.now = HOUR;
    expect(await secrets()).to.deep.equal(hashes("one", "two"));
  });
});

describe("The origin's secrets, as Secrets Manager gives them", function () {
  this.timeout(20_000);
  const environment = { ...process.env };
  let cloud: FakeCloud;
  before(async () => {
    cloud = await FakeCloud.start();
    Object.assign(process.env, cloud.environment("http://127.0.0.1:1"));
  });
  after(() => {
    process.env = environment;
    cloud.stop();
  });

  for (const error of ["ResourceNotFoundException", "InvalidRequestException", "AccessDeniedException"]) {
    it(`are the others where one ends in ${error}, as it does while a deployment goes on`, async () => {
      cloud.secrets.set("gone", { error }).set("there", "secret");
      const secrets = originSecrets(["gone", "there"], {} as Logger);
      expect(await secrets()).to.deep.equal(hashes("secret"));
    });
  }

  it("are not taken for whole where one cannot be read for another reason", async () => {
    cloud.secrets.set("broken", { error: "DecryptionFailure" }).set("there", "secret");
    const said: string[] = [];
    const log = { error: (event: string) => said.push(event) } as unknown as Logger;
    const outcome = await originSecrets(["broken", "there"], log)().catch((error: Error) => error.name);
    expect([outcome, said]).to.deep.equal(["DecryptionFailure", ["origin-secrets-unread"]]);
  });
});

describe("The numbers of the origin's secrets", () => {
  it("let functions and edge change in any order, by one at a time", () => {
    for (let number = 1; number < 50; number++) {
      for (const [old, next] of [
        [number, number + 1],
        [number + 1, number],
      ] as const) {
        expect(acceptedNumbers(old), "functions of before, edge of after").to.include(next);
        expect(acceptedNumbers(next), "functions of after, edge of before").to.include(old);
      }
    }
    expect(acceptedNumbers(1)).to.deep.equal([1, 2]);
    expect(acceptedNumbers(7)).to.deep.equal([6, 7, 8]);
  });
});
