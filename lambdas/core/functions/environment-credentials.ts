import { fromEnv } from "@aws-sdk/credential-provider-env";

/**
 * In a bundle, this stands for `@aws-sdk/credential-provider-node`: a function has its credentials in its environment and
 * nowhere else, and need not carry the code of all other ways.
 */
export const defaultProvider = () => fromEnv();
