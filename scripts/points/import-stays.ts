import { basename } from "node:path";
import { parseArgs } from "node:util";
import { credentialsFrom, usualCredentials } from "./stays/credentials.ts";
import { Explained, UnusableInput } from "./stays/explained.ts";
import { importStays } from "./stays/importing.ts";
import { issuedBy, positionLine } from "./stays/position.ts";
import { Progress } from "./stays/progress.ts";
import { readBack } from "./stays/reading-back.ts";
import { Reconciliation } from "./stays/reconciliation.ts";
import { rowsOf } from "./stays/rows.ts";
import { openSession } from "./stays/session.ts";
import { grouped, tableOf } from "./stays/table.ts";

const usage = `npm run import:stays -- FILE [--credentials PATH] [--organisation ID] [--encoding NAME]

Enrols a member for each checked-out booking of a property-management export (CSV) and lets it earn
floor(ADR x nights) points. Run twice, or stopped and run again, it changes nothing more.

  --credentials PATH   default $KAPOK_HOME/credentials.json, and .kapok where KAPOK_HOME is not set
  --organisation ID    whose client to use; default the first that may write points
  --encoding NAME      of a file without a byte order mark; default utf-8

Exit code 0: points by the file and on the chain are equal, and nothing was turned down. 1: they are not, or the
service refused, the chain rejected, or one row of the file contradicts another. 2: the input cannot be used.
3: the service failed; run it again. 130: interrupted; run it again.`;

/** Whatever is told goes to stderr, so that stdout holds the reconciliation alone. */
const tell = (line: string) => process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { file, ...options } = commandLine();
  const credentials = await credentialsFrom(options.credentials ?? usualCredentials(), options.organisation);

  // Before anything is sent: a file that cannot be read to its end changes nothing.
  const foreseen = new Reconciliation();
  for await (const row of rowsOf(file, options.encoding)) foreseen.foresee(row);
  const stays = grouped(foreseen.total("earned") + foreseen.total("worth nothing"));
  tell(
    `${basename(file)}: ${grouped(foreseen.total())} rows, ${stays} checked-out stays worth ` +
      `${grouped(foreseen.pointsByFile)} points; importing as ${credentials.organisation}`,
  );

  const stopping = new AbortController();
  process.once("SIGINT", () => stopping.abort());
  process.once("SIGTERM", () => stopping.abort());
  const progress = new Progress(foreseen.total(), tell);
  try {
    const session = openSession(credentials, { signal: stopping.signal, trouble: progress.trouble });
    const before = await issuedBy(session);
    const reconciliation = new Reconciliation();
    await importStays(session, rowsOf(file, options.encoding), reconciliation, progress);
    const { seconds } = progress;
    await readBack(session, rowsOf(file, options.encoding), reconciliation, progress);
    const after = await issuedBy(session);

    process.stdout.write(`${tableOf(reconciliation)}\n\n`);
    process.stdout.write(`${positionLine(before, after, reconciliation.newPoints)}\n`);
    process.stdout.write(`${rateLine(reconciliation, seconds)}\n`);
    return reconciliation.agrees ? 0 : 1;
  } catch (error) {
    if (stopping.signal.aborted) throw new Explained("Interrupted. Run the same command again: it goes on.", 130);
    throw error;
  } finally {
    progress.stop();
    stopping.abort();
  }
}

function commandLine() {
  const option = { type: "string" } as const;
  const options = { credentials: option, organisation: option, encoding: option, help: { type: "boolean" } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) throw new Explained(usage, 0);
    if (positionals.length === 1) return { ...values, file: positionals[0]! };
  } catch (error) {
    if (error instanceof Explained) throw error;
    throw new UnusableInput(`${(error as Error).message}\n\n${usage}`);
  }
  throw new UnusableInput(usage);
}

function rateLine({ operations, newOperations }: Reconciliation, seconds: number): string {
  const rate = grouped(Math.round(operations / seconds));
  const fresh = newOperations === 0 ? "none of them new" : `${grouped(newOperations)} of them new`;
  return `${grouped(operations)} operations confirmed in ${seconds.toFixed(1)} s, ${rate} a second; ${fresh}.`;
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof Explained)) throw error;
  tell(error.message);
  process.exitCode = error.exitCode;
}
