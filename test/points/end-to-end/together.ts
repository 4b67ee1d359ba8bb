import type { Context } from "mocha";
import { allianceOf } from "./alliance.ts";
import type { Desk } from "./desk.ts";
import { phaseOf } from "./lots.ts";

/** Where points expire while somebody looks. */
export interface Stage {
  merchants: Desk[];
  hotel: Desk;
  park: Desk;
  operator: Desk;
  /** When the calendar's periods begin, see lots.ts. */
  phase: number;
}

/** What happens in one test. */
export type Story = (stage: Stage) => Promise<void>;

const stories: Story[] = [];
let begun: Promise<{ stage: Stage; endings: Map<Story, Promise<void>> }> | undefined;

/**
 * Tests that mostly wait for time to pass: the stories of all suites begin together, with the first suite that comes to
 * the stage, and each test ends when its own story does.
 */
export function together(own: Record<string, Story>): void {
  stories.push(...Object.values(own));
  before(async function () {
    await onStage(this);
  });
  for (const [title, story] of Object.entries(own)) {
    it(title, async () => (await begun!).endings.get(story));
  }
}

/** The stage, for a suite with tests of its own beside the stories. */
export async function onStage(suite: Context): Promise<Stage> {
  const { merchants, operator } = await allianceOf("fleeting", suite);
  begun ??= begin(merchants, operator);
  return (await begun).stage;
}

async function begin(merchants: Desk[], operator: Desk) {
  const [hotel, park] = merchants as [Desk, Desk];
  const stage = { merchants, operator, hotel, park, phase: await phaseOf(hotel) };
  return { stage, endings: new Map(stories.map((story) => [story, awaited(story(stage))])) };
}

/** A story whose failure waits until its own test asks. */
function awaited(ending: Promise<void>): Promise<void> {
  ending.catch(() => {});
  return ending;
}
