import { scenarios } from "../../lambdas/scenarios.ts";
import { Indexer } from "../../lambdas/core/indexing/indexer.ts";
import { openParts } from "./environment.ts";
import { factsOf } from "./facts.ts";
import { endWithSupervisor, tellSupervisor } from "./supervised.ts";

/** The indexer as a process of its own. */
const { environment, kapok, chain } = openParts("indexer", scenarios);
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
process.on("SIGINT", () => {});
endWithSupervisor();

const { home } = environment;
const facts = () => factsOf(home, chain, scenarios);
// The supervisor starts one after another in a home: what a dead one held needs no waiting for.
const indexer = new Indexer(kapok, chain, facts, undefined, home.path);
indexer.onBlock = (number) => tellSupervisor({ hint: "block", number });
tellSupervisor({ hint: "ready" });
await indexer.run(stop.signal);
process.exit(0);
