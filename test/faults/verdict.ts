import type { ChainStory, OnChain } from "./chain-reader.ts";
import type { Shown, ShownOperation } from "./shown.ts";

/** Where what was shown and what the chain holds are not one and the same story. */
export function compare(shown: Shown, story: ChainStory): string[] {
  const faults = [...shown.faults];
  const byName = new Map<string, OnChain>();
  for (const operation of story.operations) {
    const name = `${operation.organisation} ${operation.id}`;
    if (byName.has(name)) faults.push(`operation ${name} is on the chain twice`);
    else byName.set(name, operation);
  }

  for (const operation of shown.promised) {
    const name = `${operation.organisation} ${operation.id}`;
    faults.push(...differences(name, operation, byName.get(name)));
    byName.delete(name);
  }
  for (const name of byName.keys()) faults.push(`operation ${name} is on the chain, and nobody was promised it`);

  for (const [member, { summed, stated }] of story.balances) {
    if (summed !== stated) faults.push(`member ${member} has ${stated} points and was given ${summed}`);
  }
  return faults;
}

function differences(name: string, shown: ShownOperation, onChain: OnChain | undefined): string[] {
  if (shown.rank < 2) return [`operation ${name} is ${shown.status}, and was never decided`];
  if (!onChain) return [`operation ${name} is ${shown.status}, and not on the chain`];
  if (shown.status !== onChain.status)
    return [`operation ${name} is ${shown.status}, and ${onChain.status} on the chain`];
  const places = [shown.document?.transaction, onChain.transaction].map((place) => {
    return place && `${place.hash} ${place.blockNumber} ${place.logIndex}`;
  });
  return places[0] === places[1] ? [] : [`operation ${name} is said to be at ${places[0]}, and is at ${places[1]}`];
}
