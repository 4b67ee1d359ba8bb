/**
 * `npm run test:faults [-- MINUTES]`: the fault tests again and again, each round with another seed, until the time is
 * up (an hour, if nothing else is said) or a round fails. The seed of a round is all that is needed to try it again:
 * `KAPOK_SEED=N npm test -- "kills and difficult chains"`.
 */
import { spawn } from "node:child_process";

const minutes = Number(process.argv[2] ?? 60);
if (!(minutes > 0)) {
  console.error(`How many minutes? ${process.argv[2]} is no positive number.`);
  process.exit(2);
}

const until = Date.now() + minutes * 60_000;
let rounds = 0;
do {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`\n— round ${rounds + 1}, seed ${seed}`);
  if (!(await passes(seed))) {
    console.error(`\n${rounds} rounds passed, the one with KAPOK_SEED=${seed} failed`);
    process.exit(1);
  }
  rounds++;
} while (Date.now() < until);
console.log(`\n${rounds} rounds passed, 0 failed`);

function passes(seed: number): Promise<boolean> {
  const env = { ...process.env, KAPOK_SEED: String(seed) };
  return new Promise((resolve, reject) => {
    const child = spawn("mocha", ["test/faults/*.test.ts"], { env, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0));
  });
}
