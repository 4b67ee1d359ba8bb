import { expect } from "chai";
import { book, network } from "./joining.ts";
import type { SettingsFile } from "./made.ts";
import { Made } from "./made.ts";

/** Everything that the settings can list, so that its order can be another one. */
function everything(settings: SettingsFile): void {
  const [first, second] = settings.organisations;
  Object.assign(first, { roles: ["points:merchant", "points:operator"], clients: ["till", "night-desk", "audit"] });
  Object.assign(second, { signer: { generation: 3 } });
  settings.cloud.network = network;
}

/** The same settings, written by somebody who begins at the other end. */
function backwards(value: SettingsFile): SettingsFile {
  if (Array.isArray(value)) return value.map(backwards).toReversed();
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, inner]) => [name, backwards(inner)]),
  );
}

function overwrite(settings: SettingsFile, other: SettingsFile): void {
  for (const name of Object.keys(settings)) delete settings[name];
  Object.assign(settings, other);
}

describe("The order of the settings", () => {
  for (const [name, change] of Object.entries({
    "a book that is made": everything,
    "a book that is joined": (settings: SettingsFile) => {
      everything(settings);
      settings.book = book;
    },
  })) {
    it(`means nothing: the same templates, to the byte, for ${name}`, () => {
      const one = new Made(change);
      const other = new Made((settings) => {
        change(settings);
        overwrite(settings, backwards(settings));
      });
      for (const [stack, template] of Object.entries(one.templates)) {
        expect(JSON.stringify(other.templates[stack]), stack).to.equal(JSON.stringify(template));
      }
    });
  }
});

describe("One more in the settings", () => {
  const before = new Made(everything);

  it("organisation only adds to what is kept, even where its name comes first", () => {
    const after = new Made((settings) => {
      everything(settings);
      settings.organisations.unshift({ id: "a-new-hotel", name: "A New Hotel", roles: ["points:merchant"] });
    });
    expect(difference(before, after)).to.deep.equal({
      removed: [],
      added: [
        "state/Signer-a-new-hotel-1",
        "state/Signer-a-new-hotel-1/Alias",
        "state/Touched-Signer-a-new-hotel-1",
        "state/Tokens/Client-a-new-hotel",
      ],
      changed: ["core/Book", "core/Signers", "core/Dashboard"],
    });
  });

  it("client only adds itself", () => {
    const after = new Made((settings) => {
      everything(settings);
      settings.organisations[0].clients.unshift("a-new-till");
    });
    expect(difference(before, after)).to.deep.equal({
      removed: [],
      added: ["state/Tokens/Client-harbour-hotel a-new-till"],
      changed: ["core/Book", "core/Signers"],
    });
  });

  it("generation of a key leaves the older ones, which still have to read", () => {
    const after = new Made((settings) => {
      everything(settings);
      settings.organisations[1].signer.generation = 4;
    });
    expect(difference(before, after)).to.deep.equal({
      removed: [],
      added: [
        "state/Signer-lotus-hill-park-4",
        "state/Signer-lotus-hill-park-4/Alias",
        "state/Touched-Signer-lotus-hill-park-4",
      ],
      changed: ["core/Book", "core/Signers"],
    });
  });
});

/** Compares by logical id, as CloudFormation does, and says paths. */
function difference(before: Made, after: Made) {
  const entries = (made: Made) =>
    new Map(
      Object.entries(made.templates).flatMap(([stack, { Resources }]) =>
        Object.entries(Resources).map(([id, resource]) => [
          `${stack} ${id}`,
          { path: made.readable.path(stack, id), text: JSON.stringify(resource) },
        ]),
      ),
    );
  const [old, young] = [entries(before), entries(after)];
  return {
    removed: [...old].filter(([id]) => !young.has(id)).map(([, { path }]) => path),
    added: [...young].filter(([id]) => !old.has(id)).map(([, { path }]) => path),
    changed: [...young]
      .filter(([id, { text }]) => old.has(id) && old.get(id)!.text !== text)
      .map(([, { path }]) => path),
  };
}
