import { decodeAbiParameters, toEventSelector } from "viem/utils";
import type { Abi, AbiEvent, AbiParameter, Hex } from "viem";
import type { Log } from "./chain.ts";

export interface DecodedEvent {
  name: string;
  args: Record<string, any>;
}

/**
 * A decoder for the events of an ABI. It answers undefined for any other log. Selectors are computed once: a block has
 * thousands of logs. Indexed arguments are values of one word, as all of ours are.
 */
export function eventDecoder(abi: Abi): (log: Pick<Log, "topics" | "data">) => DecodedEvent | undefined {
  const events = new Map<string, { name: string; indexed: AbiParameter[]; rest: AbiParameter[] }>();
  for (const event of abi.filter((item): item is AbiEvent => item.type === "event")) {
    const indexed = event.inputs.filter((input) => input.indexed);
    const rest = event.inputs.filter((input) => !input.indexed);
    events.set(toEventSelector(event), { name: event.name, indexed, rest });
  }
  return ({ topics, data }) => {
    const event = events.get(topics[0] as string);
    if (!event || topics.length !== event.indexed.length + 1) return undefined;
    const args: Record<string, any> = {};
    event.indexed.forEach((input, index) => {
      args[input.name!] = decodeAbiParameters([input], topics[index + 1] as Hex)[0];
    });
    const values = decodeAbiParameters(event.rest, data);
    event.rest.forEach((input, index) => (args[input.name!] = values[index]));
    return { name: event.name, args };
  };
}
