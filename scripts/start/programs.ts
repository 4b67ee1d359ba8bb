/** Where the two programs are that Kapok does not bring as JavaScript: anvil (the chain) and dynoxide (the table). */
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

interface Program {
  readonly name: string;
  /** The environment variable that names another one. */
  readonly variable: string;
  /** The npm package that carries it on this platform, and where in that package. */
  readonly npmPackage: string;
  readonly path: string;
}

const anvil: Program = {
  name: "anvil",
  variable: "KAPOK_ANVIL",
  npmPackage: "@foundry-rs/anvil-linux-amd64",
  path: "bin/anvil",
};

const dynoxide: Program = {
  name: "dynoxide",
  variable: "KAPOK_DYNOXIDE",
  npmPackage: "@dynoxide/linux-x64",
  path: "dynoxide",
};

export class ProgramMissingError extends Error {
  override readonly name = "ProgramMissingError";
  constructor({ name, variable, npmPackage }: Program) {
    super(
      `Cannot find ${name}: neither ${variable}, nor the package ${npmPackage}, nor the PATH has it. ` +
        `On Linux x64, "npm ci" installs it; elsewhere, install ${name} and set ${variable} to its path.`,
    );
  }
}

/** The path of anvil. @throws ProgramMissingError */
export const findAnvil = (): string => find(anvil);

/** The path of dynoxide. @throws ProgramMissingError */
export const findDynoxide = (): string => find(dynoxide);

function find(program: Program): string {
  const named = process.env[program.variable];
  const candidates = named ? [named] : [...inPackage(program), ...inSearchPath(program)];
  const found = candidates.find(isExecutable);
  if (found === undefined) throw new ProgramMissingError(program);
  return found;
}

function inPackage({ npmPackage, path }: Program): string[] {
  try {
    const manifest = createRequire(import.meta.url).resolve(`${npmPackage}/package.json`);
    return [join(dirname(manifest), path)];
  } catch {
    return [];
  }
}

function inSearchPath({ name }: Program): string[] {
  return (process.env["PATH"] ?? "").split(delimiter).map((folder) => join(folder, name));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
