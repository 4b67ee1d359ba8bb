import { scenarios } from "../../lambdas/scenarios.ts";
import { signsHere } from "../../lambdas/core/settings.ts";
import { defaultSubmitting } from "../../lambdas/core/submitting/settings.ts";
import { Submitter } from "../../lambdas/core/submitting/submitter.ts";
import { readSettings } from "../read-settings.ts";
import { openParts } from "./environment.ts";
import { endWithSupervisor, onHint, tellSupervisor } from "./supervised.ts";

/** The submitter as a process of its own: it keeps the lanes of the settings' own organisations moving. */
const { environment, kapok, chain } = openParts("submitter", scenarios);
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
process.on("SIGINT", () => {});
endWithSupervisor();

const settings = readSettings(environment.settings!);
const given = Object.fromEntries(Object.entries(settings.submitting ?? {}).filter(([, value]) => value !== undefined));
const hinted = process.send !== undefined;
const { keys, path } = environment.home;
// The supervisor starts one after another in a home: what a dead one held needs no waiting for.
const submitter = new Submitter(kapok, chain, keys, { ...defaultSubmitting, ...given }, hinted, path);
onHint((hint) => {
  if (hint.hint === "queue") submitter.wake(hint.organisation);
  if (hint.hint === "block") submitter.blockIndexed();
});
tellSupervisor({ hint: "ready" });
await submitter.run(
  settings.organisations.filter(signsHere).map(({ id }) => id),
  stop.signal,
);
process.exit(0);
