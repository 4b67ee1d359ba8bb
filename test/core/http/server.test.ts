import { request } from "node:http";
import { connect } from "node:net";
import { expect } from "chai";
import { Hono } from "hono";
import { serve } from "../../../lambdas/core/http/server.ts";
import type { Listening } from "../../../lambdas/core/http/server.ts";
import { fakeApi } from "./fake-api.ts";

/** What the server says to these very bytes. */
function spoken(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes, "latin1"));
    let heard = "";
    socket.setTimeout(5000, () => socket.destroy(new Error("no answer")));
    socket.on("data", (chunk) => (heard += chunk.toString("latin1")));
    socket.on("close", () => resolve(heard));
    socket.on("error", reject);
  });
}

describe("the Node server", () => {
  const { app, failures } = fakeApi();
  let server: Listening;
  before(async () => (server = await serve(app, 0)));
  after(() => server.close());
  afterEach(() => expect(failures).to.deep.equal([]));

  const url = () => `http://127.0.0.1:${server.port}`;
  const head = "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
  const headers = { authorization: "Bearer hotel", "content-type": "application/json", "idempotency-key": "k" };

  it("serves the application", async () => {
    expect(await (await fetch(`${url()}/healthz`)).json()).to.deep.equal({ status: "ok" });
    const body = JSON.stringify({ member: "5f0c2d81-94e7-8b36-a2d1-07c9be4f6a58", points: 1 });
    const answer = await fetch(`${url()}/v1/points/earnings`, { method: "POST", headers, body });
    expect(answer.status).to.equal(202);
  });

  it("says that a port is taken", async () => {
    const error = await serve(app, server.port).catch((thrown: NodeJS.ErrnoException) => thrown);
    expect((error as NodeJS.ErrnoException).code).to.equal("EADDRINUSE");
  });

  it("answers 413 to a long body, with and without a length, and to whoever is not let in 401", async () => {
    const long = "x".repeat(10_000_000);
    const path = `${url()}/v1/points/earnings`;
    expect((await fetch(path, { method: "POST", headers, body: long })).status).to.equal(413);
    const chunked = await new Promise((resolve, reject) => {
      const call = request(path, { method: "POST", headers, agent: false }, (answer) => resolve(answer.statusCode));
      call.on("error", reject);
      call.end(long);
    });
    expect(chunked).to.equal(413);
    expect((await fetch(path, { method: "POST", body: long })).status).to.equal(401);
  });

  it("answers 4xx to requests that are none", async () => {
    const bad = [
      "NONSENSE\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      `FOO /healthz ${head}\r\n`,
      `GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n`,
      `GET /healthz HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n`,
      `GET /healthz HTTP/1.1\r\nHost: [::\r\nConnection: close\r\n\r\n`,
      `GET http://x:99999/ ${head}\r\n`,
      `OPTIONS * ${head}\r\n`,
      `GET /v1\\points ${head}\r\n`,
      `GET /%ff%00%zz ${head}\r\n`,
      `GET /v1/points/members/%00 ${head}Authorization: Bearer hotel\r\n\r\n`,
      `GET /healthz ${head}X: ${"a".repeat(20_000)}\r\n\r\n`,
      `GET /healthz ${head}X: a\0b\r\n\r\n`,
      `POST /v1/points/earnings ${head}Content-Length: -1\r\n\r\n`,
      `POST /v1/points/earnings ${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `POST /v1/points/earnings ${head}Authorization: Bearer hotel\r\nContent-Type: application/json\r\nIdempotency-Key: \xe9\r\nContent-Length: 2\r\n\r\n{}`,
      `TRACE /healthz ${head}\r\n`,
      `QUERY /healthz ${head}\r\n`,
    ];
    for (const bytes of bad) {
      const answer = await spoken(server.port, bytes);
      expect(answer, JSON.stringify(bytes.slice(0, 60))).to.match(/^HTTP\/1\.1 4\d\d /);
      expect(answer.toLowerCase(), JSON.stringify(bytes.slice(0, 60))).to.contain("application/problem+json");
    }
    expect(await spoken(server.port, bad[0]!)).to.contain("/problems/invalid-request");
    expect(await spoken(server.port, bad[5]!)).to.contain("/problems/invalid-request");
    expect(await spoken(server.port, bad[11]!)).to.match(/^HTTP\/1\.1 431 [^]*\/problems\/headers-too-large/);
  });

  it("survives clients that hang up halfway", async () => {
    const started = `POST /v1/points/earnings ${head}Authorization: Bearer hotel\r\nContent-Type: application/json\r\n`;
    for (const rest of ["Content-Length: 100\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n5\r\n{"]) {
      const socket = connect(server.port, "127.0.0.1", () => socket.write(started + rest));
      await new Promise((resolve) => setTimeout(resolve, 50));
      socket.destroy();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await fetch(`${url()}/healthz`)).status).to.equal(200);
  });

  it("lets requests under way end before it closes", async () => {
    const slow = new Hono();
    slow.get("/", async (context) => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      return context.text("done");
    });
    const other = await serve(slow, 0);
    const answer = fetch(`http://127.0.0.1:${other.port}/`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const closing = other.close();
    expect(await (await answer).text()).to.equal("done");
    await closing;
    const refused = await fetch(`http://127.0.0.1:${other.port}/`).catch(() => "refused");
    expect(refused).to.equal("refused");
  });
});
