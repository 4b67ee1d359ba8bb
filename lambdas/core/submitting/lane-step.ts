import type { Chain } from "../chain/chain.ts";
import type { Kapok } from "../kapok.ts";
import type { Keys } from "../signing/keys.ts";
import type { Book, Cursor } from "../store/book.ts";
import type { Entry } from "../store/journal.ts";
import type { Lane } from "../store/lanes.ts";
import type { SubmittingSettings } from "./settings.ts";
import type { Tending } from "./tend.ts";

/** What the steps of a lane work with. */
export interface LaneParts {
  organisation: string;
  kapok: Kapok;
  chain: Chain;
  keys: Keys;
  settings: SubmittingSettings;
  tending: Tending;
}

/** What a lane's next step needs to know; always read in this order, strongly consistently. */
export interface LaneView {
  book: Book;
  cursor: Cursor | undefined;
  lane: Lane;
  entries: Entry[];
  /** When it was read, by `performance.now()`. */
  readAt: number;
}

/** Whether there is more to do at once, something under way to wait for, or nothing at all. */
export type Outcome = "again" | "waiting" | "idle";
