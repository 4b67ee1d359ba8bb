import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { installedPython } from "../../scripts/emulate/installation.ts";
import { findPython } from "../../scripts/emulate/python.ts";

describe("The installation of the emulator", function () {
  this.timeout(180_000);
  let cache: string;
  const before = { ...process.env };
  beforeEach(() => (cache = mkdtempSync(join(tmpdir(), "kapok-cache-"))));
  afterEach(() => {
    rmSync(cache, { recursive: true, force: true });
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  });

  it("says what to do where there is no Python, or only one that is too old", () => {
    process.env["KAPOK_PYTHON"] = join(cache, "python3");
    expect(findPython).to.throw(/needs Python 3\.10 or later .* KAPOK_PYTHON/);
    const said = JSON.stringify({ path: "/usr/bin/python3", version: [3, 9, 2], complete: true });
    writeFileSync(process.env["KAPOK_PYTHON"], `#!/bin/sh\necho '${said}'\n`, { mode: 0o755 });
    expect(findPython).to.throw(/There is only .*python3 3\.9\.2/);
  });

  it("is made once, by two at a time too, and no one that was interrupted is taken for a good one", async () => {
    const strange = join(cache, "strange");
    // What is set for other Pythons does not matter.
    Object.assign(process.env, {
      PYTHONPATH: strange,
      PIP_TARGET: strange,
      PIP_NO_BINARY: ":all:",
      PYTHONHOME: strange,
    });
    const said: string[] = [];
    const programs = await Promise.all([0, 1].map(() => installedPython((line) => said.push(line), cache)));
    expect(programs[0]).to.equal(programs[1]);
    expect(said).to.have.length(2);
    const [folder] = readdirSync(cache);
    expect(readdirSync(cache)).to.deep.equal([folder]);
    expect(await installedPython((line) => said.push(line), cache)).to.equal(programs[0]);
    expect(said).to.have.length(2);

    rmSync(join(cache, folder!), { recursive: true });
    mkdirSync(join(cache, `${folder}.unfinished-000000`, "bin"), { recursive: true });
    const again = await installedPython((line) => said.push(line), cache);
    expect(said).to.have.length(3);
    expect(execFileSync(again, ["-I", "-c", "import ministack.app; print('whole')"], { encoding: "utf8" })).to.match(
      /whole/,
    );
  });
});
