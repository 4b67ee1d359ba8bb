import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { acceptedNumbers, originSecretName } from "../../lambdas/core/origin-secret.ts";
import { acknowledge } from "./acknowledge.ts";
import type { Deployment } from "./deployment.ts";

/** Names of the secrets that the API's functions accept; none without an edge. */
export function acceptedSecrets({ name, cloud: { edge } }: Deployment): string[] {
  return edge ? acceptedNumbers(edge.originSecret).map((number) => originSecretName(name, number)) : [];
}

/**
 * Lets a function read them. They are named, not referred to: the scenarios' stacks change after core's, and an export
 * that one of them still imports could not go. Secrets Manager adds six characters to the name.
 */
export function readsOriginSecrets(scope: Construct, deployment: Deployment): PolicyStatement[] {
  const { partition, region, account } = Stack.of(scope);
  const resources = acceptedSecrets(deployment).map(
    (name) => `arn:${partition}:secretsmanager:${region}:${account}:secret:${name}-??????`,
  );
  return resources.length > 0 ? [new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources })] : [];
}

/**
 * What CloudFront shows to the functions, and whoever asks the gateway directly lacks. Each number is a secret of its own
 * that Secrets Manager makes up; no template and no file ever has one.
 */
export class OriginSecrets extends Construct {
  /** The one that is sent, as a reference that CloudFormation resolves. */
  readonly sent: string;

  constructor(scope: Construct, deployment: Deployment, sent: number) {
    super(scope, "OriginSecrets");
    const made = acceptedNumbers(sent).map((number) => [number, this.make(deployment, number)] as const);
    // Where it stands is said by the reference alone: the value is CloudFront's configuration and nobody else's.
    this.sent = new Map(made).get(sent)!.secretValue.unsafeUnwrap();
  }

  private make(deployment: Deployment, number: number): Secret {
    const secret = new Secret(this, `Secret-${number}`, {
      secretName: originSecretName(deployment.name, number),
      description: `Shows Kapok ${deployment.name} that a request came through its edge`,
      generateSecretString: { passwordLength: 48, excludePunctuation: true },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    acknowledge(
      secret,
      "SMG4",
      "A number in the settings rotates it, one deployment each: CloudFront learns a secret from its configuration only, " +
        "so that Secrets Manager alone would close the API.",
    );
    return secret;
  }
}
