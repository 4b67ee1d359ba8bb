/**
 * List prices in US dollars, without free tiers and taxes: us-east-1, in 2026, as others quote them; AWS's own pages could not
 * be read where this was written. Other regions have other prices.
 * @see https://aws.amazon.com/pricing/
 */
export const prices = {
  /** DynamoDB on demand, each. */
  writeUnit: 0.625e-6,
  readUnit: 0.125e-6,
  /** KMS, an asymmetric key other than RSA 2048, each. */
  signature: 0.15 / 10_000,
  /** Lambda, each call; and for a gigabyte's second on arm64. */
  call: 0.2e-6,
  gigabyteSecond: 0.0000133334,
  /** HTTP API, each request. */
  request: 1e-6,
  /** CloudWatch Logs, a gigabyte taken in. */
  loggedGigabyte: 0.5,
  /** Cognito, a token for a client; one lasts an hour. */
  token: 2.25 / 1000,
  /** CloudFront and WAF, each request; the web ACL and its rules cost by the month. */
  edgeRequest: 1e-6 + 0.6e-6,
  month: {
    key: 1,
    alarm: 0.1,
    metric: 0.3,
    secret: 0.4,
    tokenClient: 6,
    webAcl: 5,
    webAclRule: 1,
  },
} as const;

/** Seconds of a month of 730 hours. */
export const MONTH_SECONDS = 730 * 3600;
