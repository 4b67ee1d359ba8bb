import type { Scenario } from "../core/scenario.ts";
import { example } from "./example.ts";
import { ledger } from "./ledger.ts";
import { operations } from "./operations.ts";
import { problems } from "./problems.ts";
import { routes } from "./routes.ts";
import { settings } from "./settings.ts";

/** Points: an alliance of merchants where a guest earns at one and redeems at another. */
export const points: Scenario = {
  name: "points",
  settings,
  roles: {
    "points:merchant": { scopes: ["points:write", "points:read"] },
    "points:operator": { scopes: ["points:admin", "points:read"] },
  },
  operations,
  problems,
  routes,
  example,
  ledger,
};
