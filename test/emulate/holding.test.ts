import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { HoldingProxy, toAws, toChain, toFunction } from "../../scripts/emulate/holding-proxy.ts";
import { Toy } from "./toy.ts";

describe("A proxy that holds the calls of functions", function () {
  this.timeout(180_000);
  let toy: Toy;
  before(async () => (toy = await Toy.shared()));

  const putsOf = (pk: string) => toAws("PutItem", (body) => body.includes(pk));

  it("a function killed at a call that nobody has heard of has not made it", async () => {
    const hold = toy.proxy.hold(putsOf("held#before"));
    const outcome = toy.call("writer", { do: "put", pk: "held#before" });
    const held = await hold.held;
    expect(held.call.operation).to.equal("DynamoDB_20120810.PutItem");
    await held.killCaller(toy.emulator.process);
    expect((await outcome).error).to.match(/died|exited/i);
    expect(await toy.rows("held#before")).to.deep.equal([]);
  });

  it("a function killed before it hears the answer has made the call", async () => {
    const hold = toy.proxy.hold(putsOf("held#after"), "after");
    const outcome = toy.call("writer", { do: "put", pk: "held#after" });
    const held = await hold.held;
    expect(await toy.rows("held#after")).to.deep.equal(["row"]);
    await held.killCaller(toy.emulator.process);
    expect((await outcome).error).to.match(/died|exited/i);
  });

  it("a call that is let go on is as if nothing had been, and only the first one was held", async () => {
    const hold = toy.proxy.hold(putsOf("held#on"));
    const outcome = toy.call("writer", { do: "put", pk: "held#on" });
    const held = await hold.held;
    expect((await toy.call("writer", { do: "put", pk: "held#on" })).error).to.equal(undefined);
    held.release();
    expect((await outcome).error).to.equal(undefined);
  });

  it("answers in the place of AWS, and counts", async () => {
    let count = 0;
    const forget = toy.proxy.onCall(() => (count += 1));
    const body = JSON.stringify({ __type: "AccessDeniedException", message: "as the test says" });
    const headers = { "content-type": "application/x-amz-json-1.1" };
    const allow = toy.proxy.refuse(toAws("TrentService.Sign"), { status: 400, headers, body });
    const sign = () => toy.call("writer", { do: "sign", KeyId: toy.outputs.KeyArn });
    expect((await sign()).error).to.equal("as the test says");
    allow();
    expect((await sign()).error).to.equal(undefined);
    forget();
    expect(count).to.equal(2);
  });

  it("knows calls to the chain and to functions, and keeps what it passes on", async () => {
    const node = createServer(async (request, response) => response.end(`${request.url} ${await text(request)}`));
    await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
    const proxy = await HoldingProxy.start({ url: `http://127.0.0.1:${(node.address() as AddressInfo).port}` });
    const send = (body: string, path = "/") =>
      fetch(proxy.url + path, { method: "POST", body }).then((got) => got.text());
    const raw = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_sendRawTransaction", params: ["0x02"] });
    const hold = proxy.hold(toChain("eth_sendRawTransaction"));
    const answer = send(raw, "/rpc");
    (await hold.held).release();
    expect(await answer).to.equal(`/rpc ${raw}`);
    const invoked = proxy.hold(toFunction("toy-submitter"));
    const invoking = send("{}", "/2015-03-31/functions/toy-submitter/invocations");
    (await invoked.held).answer({ status: 202 });
    expect(await invoking).to.equal("");
    await proxy.close();
    node.close();
  });
});
