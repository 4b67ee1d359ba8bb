import { createHash } from "node:crypto";
import { Duration } from "aws-cdk-lib";
import { HeadersFrameOption, HeadersReferrerPolicy, ResponseHeadersPolicy } from "aws-cdk-lib/aws-cloudfront";
import type { Construct } from "constructs";
import { style } from "../../lambdas/core/http/page.ts";
import type { Deployment } from "./deployment.ts";

/** The pages for people have one style, which stands in them, and no script, image or form. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** What a browser hears with every answer, whatever the function said. */
export function edgeHeaders(scope: Construct, { name }: Deployment): ResponseHeadersPolicy {
  const override = true;
  return new ResponseHeadersPolicy(scope, "EdgeHeaders", {
    responseHeadersPolicyName: `${name}-edge`,
    comment: `Kapok ${name}`,
    securityHeadersBehavior: {
      strictTransportSecurity: { accessControlMaxAge: Duration.days(365), includeSubdomains: true, override },
      contentTypeOptions: { override },
      frameOptions: { frameOption: HeadersFrameOption.DENY, override },
      referrerPolicy: { referrerPolicy: HeadersReferrerPolicy.NO_REFERRER, override },
      contentSecurityPolicy: { contentSecurityPolicy, override },
    },
  });
}
