import { expect } from "chai";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { deployFunction } from "../../../lambdas/core/functions/deploy-function.ts";
import { scenarios } from "../../../lambdas/scenarios.ts";
import { madeOfSample } from "./made.ts";

describe("The book, as something that a deployment makes", () => {
  const made = madeOfSample();
  const [book, signers] = [made.at("core/Book"), made.at("core/Signers")];

  it("is given up when its function must have ended, and not an hour later", () => {
    for (const { properties } of [book, signers]) {
      expect(properties["ServiceToken"]).to.equal("core/Function-deployer.Arn");
      const longest = made.at("core/Function-deployer").properties["Timeout"];
      expect(Number(properties["ServiceTimeout"])).to.equal(960).and.to.be.above(longest);
    }
  });

  it("comes before everything that works with it", () => {
    const waits = made.all("Lambda::Function").filter(({ after }) => after.includes("core/Book"));
    const all = ["submitter", "indexer", "waker", "sweeper", "api"].map((part) => `core/Function-${part}`);
    expect(waits.map(({ path }) => path)).to.have.members(all);
    // And its function may do all that it needs by then.
    expect(made.at("core/Function-deployer").after).to.include("core/Deployer/Policy");
    expect(book.after).to.include("core/Function-deployer/EventInvokeConfig");
  });

  it("changes signers when the others work: what was signed before has to be indexed first", () => {
    const all = ["submitter", "indexer", "waker", "sweeper", "api"].map((part) => `core/Function-${part}`);
    expect(signers.after).to.include.members(["core/Book", ...all]);
  });

  it("is asked for by value", () => {
    const { ServiceToken: _, ServiceTimeout: __, settings, code, clients, ...properties } = book.properties;
    expect(properties).to.deep.equal({
      step: "book",
      pool: "state/Tokens/Pool",
      // Other tables lack rows that are noted here, so that their names are a change.
      tables: { core: "kapok-core", points: "kapok-points" },
      keys: {
        administrator: "alias/kapok/administrator",
        organisations: Object.fromEntries(
          ["harbour-hotel", "kapok-tea-house", "lotus-hill-park", "points-alliance"].map((id) => [
            id,
            [`alias/kapok/${id}/1`],
          ]),
        ),
      },
    });
    expect(code).to.match(/^[0-9a-f]{16}$/);
    // Ids of clients are rows that are read at run time: here are only their names.
    expect(clients.map(({ label }: { label: string }) => label)).to.have.members(
      Object.keys(properties["keys"].organisations),
    );
    expect(Object.keys(JSON.parse(settings))).to.deep.equal(["book", "organisations", "points"]);
    expect({ ...signers.properties, step: "book" }).to.deep.equal(book.properties);
  });

  it("outlives its deployment: Delete does nothing, calls nobody and says that it went well", async () => {
    const heard: { url: string; body: string }[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      heard.push({ url: request.url ?? "", body });
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_REGION: "ap-east-1",
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
      ...made.at("core/Function-deployer").properties["Environment"].Variables,
    });
    try {
      const handler = await deployFunction(scenarios);
      for (const { properties } of [book, signers]) {
        const ids = { StackId: "stack", RequestId: "request", LogicalResourceId: "id", ServiceToken: "token" };
        const event = { ...ids, RequestType: "Delete", ResponseURL: `${url}/answer`, ResourceProperties: properties };
        await handler(event as unknown as Parameters<typeof handler>[0], {} as Parameters<typeof handler>[1]);
      }
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
      Object.assign(process.env, before);
      server.close();
    }
    expect(heard.map(({ url }) => url)).to.deep.equal(["/answer", "/answer"]);
    for (const [index, { body }] of heard.entries()) {
      expect(JSON.parse(body)).to.include({ Status: "SUCCESS", PhysicalResourceId: ["book", "signers"][index] });
    }
  });
});
