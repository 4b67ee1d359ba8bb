/** Where AWS has what belongs to CloudFront, whatever region a deployment stands in. */
export const EDGE_REGION = "us-east-1";
