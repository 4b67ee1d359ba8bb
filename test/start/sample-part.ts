/** A part that does nothing but what its environment asks: it is ready, tells hints, and writes down what it hears. */
import { appendFileSync } from "node:fs";
import { endWithSupervisor, onHint, tellSupervisor, type Hint } from "../../scripts/start/supervised.ts";

const { SAMPLE_HEARD: heard = "", SAMPLE_TELL: tell, SAMPLE_STUBBORN: stubborn, SAMPLE_FAIL: fail } = process.env;

if (fail !== undefined) {
  console.error(fail);
  process.exit(3);
}
endWithSupervisor();
onHint((hint) => appendFileSync(heard, `${JSON.stringify(hint)}\n`));
if (stubborn !== undefined) process.on("SIGTERM", () => console.log("I stay"));
if (tell !== undefined) setInterval(() => tellSupervisor(JSON.parse(tell) as Hint), 50);
setInterval(() => undefined, 1000);
console.log("Here I am");
tellSupervisor({ hint: "ready" });
