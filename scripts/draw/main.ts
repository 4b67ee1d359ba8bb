/** `npm run draw`: draws what is deployed, from the templates of the sample settings, into docs/deployment.svg. */
import { writeFileSync } from "node:fs";
import { drawable } from "./deployment.ts";
import { picture } from "./picture.ts";
import { sampleTemplates } from "./sample-templates.ts";

writeFileSync(new URL("../../docs/deployment.svg", import.meta.url), picture(drawable(sampleTemplates())));
