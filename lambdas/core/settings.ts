import { isAddress } from "viem/utils";
import { z } from "zod";
import type { CloudSettings } from "./cloud-settings.ts";
import { cloudSettings } from "./cloud-settings.ts";
import type { Service } from "./scenario.ts";
import { everyRole } from "./scopes.ts";
import type { BookFile } from "./store/book.ts";

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "an address: 0x and 40 hex digits")
  .refine((hex) => isAddress(hex), "a letter of this address is wrong: its large and small letters do not fit")
  .refine((hex) => !/^0x0+$/.test(hex), "the address zero is nobody's");

const kmsKeyArn = z.string().regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/, "the ARN of a KMS key");

const clientName = z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, "1 to 40 of A-Z a-z 0-9 _ -");

const urls = z
  .string()
  .refine(
    (list) => list.split(",").every((url) => z.url().safeParse(url.trim()).success),
    "one or more URLs, with commas",
  );

const bookFile = z.object({
  rpcUrl: urls,
  chainId: z.int().positive(),
  /** In a template it stands without its prefix, since no template may hold what looks like a private key. */
  genesisHash: z
    .string()
    .regex(/^(0x)?[0-9a-f]{64}$/)
    .transform((hash) => (hash.startsWith("0x") ? hash : `0x${hash}`)),
  addresses: z.record(z.string(), address),
  startBlock: z.int().min(0).default(0),
});

/** An organisation of this Kapok. */
export interface OrganisationSettings {
  /** The exact string from which operation ids are derived. */
  id: string;
  name: string;
  /** `<scenario>:<role>` each. */
  roles: string[];
  /**
   * What signs for it. Absent: a key of this Kapok. An address: another Kapok, and the book's operator lets it speak.
   * `elsewhere`: another Kapok, and that is none of ours. A key's ARN: a key of AWS in the organisation's own account. A
   * generation: the so many'th key of this deployment, so that the next one rotates it.
   */
  signer?: string | "elsewhere" | { keyArn: string } | { generation: number; lost?: boolean | undefined } | undefined;
  /** Names of its OAuth clients; one where absent. */
  clients?: string[] | undefined;
}

/** Whether this Kapok signs for an organisation. */
export function signsHere({ signer }: OrganisationSettings): boolean {
  return typeof signer !== "string";
}

/** The ARN of a key in the organisation's own account, where that signs. */
export function foreignKey({ signer }: OrganisationSettings): string | undefined {
  return typeof signer === "object" && "keyArn" in signer ? signer.keyArn : undefined;
}

/** The settings file: the same form for one machine and for the cloud. */
export interface Settings {
  /** `create`, or the book to join. */
  book: "create" | BookFile;
  organisations: OrganisationSettings[];
  /** Where and how a deployment in the cloud stands. */
  cloud?: CloudSettings | undefined;
  /** How lanes speak to the chain, where that differs from the defaults. */
  submitting?: { ahead?: number; gas?: number; patienceBlocks?: number; timeoutMilliseconds?: number } | undefined;
  /** Each scenario's parameters under its name; not needed where the book is joined. */
  [scenario: string]: unknown;
}

/** The settings file cannot be used. The message names each fault with its place. */
export class SettingsInvalid extends Error {
  constructor(faults: string[]) {
    super(`the settings cannot be used:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.name = "SettingsInvalid";
  }
}

/**
 * Reads settings.
 * @throws SettingsInvalid
 */
export function parseSettings(input: unknown, scenarios: readonly Service[]): Settings {
  const parsed = settingsForm(scenarios).safeParse(input);
  if (!parsed.success) {
    throw new SettingsInvalid(
      parsed.error.issues.map(({ path, message }) => `${path.join(".") || "the file"}: ${message}`),
    );
  }
  const settings = parsed.data as Settings;
  const faults = [...scenarioFaults(settings, scenarios), ...organisationFaults(settings)];
  if (faults.length > 0) throw new SettingsInvalid(faults);
  return settings;
}

/**
 * Reads a `book.json`.
 * @throws SettingsInvalid
 */
export function parseBookFile(input: unknown): BookFile {
  const parsed = bookFile.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new SettingsInvalid(parsed.error.issues.map(({ path, message }) => `book.${path.join(".")}: ${message}`));
}

/** The form of the settings file. */
export function settingsForm(scenarios: readonly Service[]) {
  const organisation = z.strictObject({
    id: z.string().regex(/^[A-Za-z0-9._-]{1,31}$/, "1 to 31 of A-Z a-z 0-9 . _ -"),
    name: z.string().min(1).max(100),
    roles: z.array(z.enum(everyRole(scenarios))).min(1),
    signer: z
      .union([
        address,
        z.literal("elsewhere"),
        z.strictObject({ keyArn: kmsKeyArn }),
        z.strictObject({ generation: z.int().min(1).max(100), lost: z.boolean().optional() }),
      ])
      .optional(),
    clients: z.array(clientName).min(1).max(20).optional(),
  });
  const submitting = z.strictObject({
    ahead: z.int().min(1).max(8).optional(),
    gas: z.int().min(1_000_000).optional(),
    patienceBlocks: z.int().min(2).optional(),
    timeoutMilliseconds: z.int().min(1000).optional(),
  });
  return z.strictObject({
    book: z.union([z.literal("create"), bookFile]).default("create"),
    organisations: z.array(organisation).min(1),
    submitting: submitting.optional(),
    cloud: cloudSettings.optional(),
    ...Object.fromEntries(scenarios.map(({ name, settings }) => [name, settings.optional()])),
  });
}

function scenarioFaults(settings: Settings, scenarios: readonly Service[]): string[] {
  if (settings.book !== "create") return [];
  return scenarios
    .filter(({ name }) => settings[name] === undefined)
    .map(({ name }) => `${name}: a book that is created needs the parameters of this scenario`);
}

function organisationFaults({ organisations }: Settings): string[] {
  return [
    ...twice(organisations.map(({ id }) => id)).map((id) => `organisations: ${id} stands there twice`),
    ...twice(organisations.flatMap(({ signer }) => (isAddressOf(signer) ? [signer.toLowerCase()] : []))).map(
      (signer) => `organisations: ${signer} cannot sign for two of them`,
    ),
    ...organisations.flatMap(({ id, clients = [] }) =>
      twice(clients).map((client) => `organisations: ${id} has two clients ${client}`),
    ),
  ];
}

function isAddressOf(signer: OrganisationSettings["signer"]): signer is string {
  return typeof signer === "string" && signer !== "elsewhere";
}

function twice(names: string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}
