import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSettings } from "../lambdas/core/settings.ts";
import { scenarios } from "../lambdas/scenarios.ts";
import { bundles } from "./core/bundles.ts";
import { Deployment } from "./core/deployment.ts";
import { kapokApp } from "./core/kapok-app.ts";

/**
 * What `cdk` runs: KAPOK_SETTINGS names the settings file, KAPOK_EXECUTIONS says how many functions of the account may
 * run at once, which `npm run deploy` finds out.
 */
const path = process.env["KAPOK_SETTINGS"] ?? fileURLToPath(new URL("sample-settings.json", import.meta.url));
const settings = parseSettings(JSON.parse(readFileSync(path, "utf8")), scenarios);
const folder = fileURLToPath(new URL("../cdk.out/bundles", import.meta.url));
const made = await bundles(scenarios, folder);
kapokApp(new Deployment(settings, scenarios, made, Number(process.env["KAPOK_EXECUTIONS"] ?? 0))).synth();
