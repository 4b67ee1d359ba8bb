import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import type { Block, Receipt } from "../chain/chain.ts";
import { organisationOf } from "../chain/envelope.ts";
import { eventDecoder } from "../chain/events.ts";
import type { PlacedRow } from "../store/projections.ts";

export type OrganisationsReader = (block: Block, receipts: Receipt[]) => PlacedRow[];

/** Reads who belongs to the consortium, and which key signs for whom, from the events of the contract at `address`. */
export function organisationsReader(address: string): OrganisationsReader {
  const decode = eventDecoder(organisationsAbi);
  const watched = address.toLowerCase();
  return (block, receipts) => {
    const rows: PlacedRow[] = [];
    for (const { transactionHash, logs } of receipts) {
      for (const log of logs) {
        const event = log.address === watched ? decode(log) : undefined;
        if (event?.args["organisation"] === undefined) continue;
        const place = { hash: transactionHash, blockNumber: block.number, logIndex: log.logIndex };
        const organisation = organisationOf(event.args.organisation);
        rows.push({ row: rowOf(event.name, organisation, event.args), place, time: block.time });
      }
    }
    return rows;
  };
}

function rowOf(name: string, organisation: string, args: any) {
  if (name === "OrganisationAdmitted") {
    return { pk: "organisations", sk: organisation, attributes: { organisation, name: args.name } };
  }
  const attributes = { organisation, signer: args.signer, speaks: name === "SignerGranted" };
  return { pk: "signers", sk: args.signer.toLowerCase(), attributes };
}
