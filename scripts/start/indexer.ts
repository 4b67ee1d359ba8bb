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

const indexer = new Indexer(kapok, chain, () => factsOf(environment.home, chain, scenarios));
indexer.onBlock = (number) => tellSupervisor({ hint: "block", number });
tellSupervisor({ hint: "ready" });
await indexer.run(stop.signal);
process.exit(0);
