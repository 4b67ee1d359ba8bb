import type { Service } from "../core/scenario.ts";
import { example } from "./example.ts";
import { operations } from "./operations.ts";
import { problems } from "./problems.ts";
import { routes } from "./routes.ts";
import { settings } from "./settings.ts";

/** Points, as clients meet it. */
export const service: Service = {
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
};
