import { expect } from "chai";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AuditBook, newId } from "../../points/audit-book.ts";

const script = fileURLToPath(new URL("../../../scripts/audit.ts", import.meta.url));

describe("npm run audit -- --book FILE", function () {
  this.timeout(60_000);
  let book: AuditBook;
  let folder: string;

  before(async () => {
    book = await AuditBook.start();
    folder = mkdtempSync(join(tmpdir(), "kapok-"));
  });
  after(() => {
    book.stop();
    rmSync(folder, { recursive: true });
  });

  async function audit(file: unknown, variables: NodeJS.ProcessEnv = {}) {
    const path = join(folder, "book.json");
    writeFileSync(path, typeof file === "string" ? file : JSON.stringify(file));
    const env = { PATH: process.env["PATH"], ...variables };
    const child = spawn(process.execPath, [script, "--book", path], { env, stdio: ["ignore", "pipe", "inherit"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    const [code] = (await once(child, "close")) as [number];
    return { code, output };
  }

  it("prints what it checked: blocks, organisations, laws", async () => {
    await book.submit("hotel", { kind: "enrol", id: newId() }, { kind: "void" });
    const { code, output } = await audit(book.file);
    expect(code, output).to.equal(0);
    expect(output).to.match(/^Replayed blocks 1 to \d+, 0x[0-9a-f]{64}\.$/m);
    expect(output).to.match(/^hotel +points +1 +1 +1$/m);
    expect(output).to.match(/^points 5\. .* {2}2$/m);
    expect(output).to.contain("Everything agrees.");
  });

  it("takes another node of the same chain from the environment", async () => {
    const away = { ...book.file, rpcUrl: "http://127.0.0.1:9" };
    expect((await audit(away, { CHAIN_RPC_URL: book.file.rpcUrl })).code).to.equal(0);
  });

  it("cannot check without a node, or without a book", async () => {
    const away = await audit({ ...book.file, rpcUrl: "http://127.0.0.1:9" });
    expect([away.code, away.output]).to.satisfy(
      ([code, output]: [number, string]) => code === 2 && /does not answer/.test(output),
    );
    expect((await audit("no book")).code).to.equal(2);
    expect((await audit({ ...book.file, addresses: {} })).code).to.equal(2);
  });

  it("exits with 1 and names the law, the place, and who broke it", async () => {
    const [member, id] = [newId(), newId()];
    await book.submit("hotel", { kind: "enrol", id: member }, { kind: "earn", id, member, points: 3 });
    await book.submit("hotel", { kind: "earn", id, member, points: 3 });
    const { code, output } = await audit(book.file);
    expect(code, output).to.equal(1);
    expect(output).to.contain("BROKEN: core 6. An operation is applied at most once");
    expect(output).to.contain(`hotel repeated its operation ${id}`);
    expect(output).to.contain(`block ${await book.anvil.chain.head()}, log 0, transaction 0x`);
  });
});
