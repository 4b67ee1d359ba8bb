import type { Abi } from "viem";
import { organisationsAbi } from "../../../contracts/core/generated/Organisations.abi.ts";
import type { Block, Receipt } from "../chain/chain.ts";
import { organisationHex, organisationOf } from "../chain/envelope.ts";
import { eventDecoder } from "../chain/events.ts";
import type { Place } from "../operation.ts";
import type { Checked } from "./book.ts";
import { LawBroken } from "./book.ts";
import { laws } from "./laws.ts";
import type { PinnedBlock } from "./pinned-block.ts";

interface Key {
  organisation: string;
  speaks: boolean;
}

/** Who belongs to the consortium and which key speaks for whom, as the events tell it, at every moment of the replay. */
export class Members {
  private readonly contract: { address: string; abi: Abi };
  private readonly checked: Checked;
  private readonly decode = eventDecoder(organisationsAbi);
  private readonly admitted: string[] = [];
  private readonly keys = new Map<string, Key>();

  constructor(address: string, checked: Checked) {
    this.contract = { address: address.toLowerCase(), abi: organisationsAbi };
    this.checked = checked;
  }

  /** Every organisation, in the order of admission. */
  get organisations(): readonly string[] {
    return this.admitted;
  }

  /** Takes in what one transaction changed. */
  hear(block: Block, { transactionHash, logs }: Receipt): void {
    for (const log of logs) {
      const event = log.address === this.contract.address ? this.decode(log) : undefined;
      if (event?.args["organisation"] === undefined) continue;
      const place = { hash: transactionHash, blockNumber: block.number, logIndex: log.logIndex };
      const organisation = organisationOf(event.args["organisation"]);
      if (event.name === "OrganisationAdmitted") this.admit(organisation, place);
      if (event.name === "SignerGranted") this.grant(organisation, event.args["signer"].toLowerCase(), place);
      if (event.name === "SignerRevoked") this.revoke(organisation, event.args["signer"].toLowerCase(), place);
    }
  }

  /** The organisation for which an address speaks at this moment of the replay. */
  speaker(address: string): string | undefined {
    const key = this.keys.get(address);
    return key?.speaks ? key.organisation : undefined;
  }

  /** Compares the contract with what its events said. */
  async state(block: PinnedBlock): Promise<void> {
    const members: string[] = (await block.read(this.contract, "organisations")).map(organisationOf);
    if (members.join() !== this.admitted.join()) {
      throw new LawBroken(laws.keys, `the contract has the members ${members}, its events tell of ${this.admitted}`);
    }
    await block.each([...this.keys], async ([address, { organisation, speaks }]) => {
      const kept = await block.read(this.contract, "organisationOf", [address]);
      if (kept === organisationHex(speaks ? organisation : "")) return;
      const told = speaks ? `speaks for ${organisation}` : "speaks for nobody";
      throw new LawBroken(
        laws.keys,
        `the contract keeps ${organisationOf(kept) || "nobody"} under ${address}, which ${told}`,
      );
    });
    block.checked(laws.keys, members.length + this.keys.size);
  }

  private admit(organisation: string, place: Place): void {
    if (this.admitted.includes(organisation))
      throw new LawBroken(laws.keys, `${organisation} is admitted twice`, place);
    this.admitted.push(organisation);
    this.checked(laws.keys);
  }

  private grant(organisation: string, address: string, place: Place): void {
    const known = this.keys.get(address);
    if (!this.admitted.includes(organisation)) {
      throw new LawBroken(laws.keys, `${address} is to speak for ${organisation}, which nobody admitted`, place);
    }
    if (known && known.organisation !== organisation) {
      throw new LawBroken(laws.keys, `${address} spoke for ${known.organisation} and now for ${organisation}`, place);
    }
    if (known && !known.speaks) throw new LawBroken(laws.keys, `${address} was ended and speaks again`, place);
    this.keys.set(address, { organisation, speaks: true });
    this.checked(laws.keys);
  }

  private revoke(organisation: string, address: string, place: Place): void {
    if (this.speaker(address) !== organisation) {
      throw new LawBroken(laws.keys, `${address} is revoked and did not speak for ${organisation}`, place);
    }
    this.keys.set(address, { organisation, speaks: false });
    this.checked(laws.keys);
  }
}
