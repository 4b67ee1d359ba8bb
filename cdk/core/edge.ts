import { Duration, Fn } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { Certificate } from "aws-cdk-lib/aws-certificatemanager";
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  SSLMethod,
  ViewerProtocolPolicy,
} from "aws-cdk-lib/aws-cloudfront";
import { HttpOrigin } from "aws-cdk-lib/aws-cloudfront-origins";
import { Construct } from "constructs";
import type { CloudSettings } from "../../lambdas/core/cloud-settings.ts";
import { ORIGIN_HEADER } from "../../lambdas/core/origin-secret.ts";
import { acknowledge } from "./acknowledge.ts";
import type { Deployment } from "./deployment.ts";
import { edgeHeaders } from "./edge-headers.ts";
import { EDGE_REGION } from "./edge-region.ts";
import { edgeStackName, FIREWALL_OUTPUT } from "./edge-stack.ts";
import { OriginSecrets } from "./origin-secrets.ts";

/** A function is done in 29 seconds, the gateway gives up after 30. */
const READ_TIMEOUT = Duration.seconds(30);

/** What the edge is made of, beside the deployment. */
interface EdgeParts {
  api: HttpApi;
  edge: NonNullable<CloudSettings["edge"]>;
}

/**
 * CloudFront in front of the HTTP API. It stands in the deployment's region with the API and the secrets, as it may; only
 * the firewall has to be in us-east-1, and is read from its stack's output: an export does not cross regions.
 */
export class Edge extends Construct {
  readonly distribution: Distribution;
  /** Where clients find the API. */
  readonly url: string;

  constructor(scope: Construct, deployment: Deployment, { api, edge }: EdgeParts) {
    super(scope, "Edge");
    const { domain } = edge;
    const secrets = new OriginSecrets(this, deployment, edge.originSecret);
    this.distribution = new Distribution(this, "Distribution", {
      comment: `Kapok ${deployment.name}`,
      webAclId: Fn.getStackOutput(edgeStackName(deployment), FIREWALL_OUTPUT, EDGE_REGION),
      httpVersion: HttpVersion.HTTP2_AND_3,
      ...(domain && {
        domainNames: [domain.name],
        certificate: Certificate.fromCertificateArn(this, "Certificate", domain.certificateArn),
        sslSupportMethod: SSLMethod.SNI,
        minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
      }),
      defaultBehavior: {
        origin: new HttpOrigin(hostOf(api), {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          readTimeout: READ_TIMEOUT,
          customHeaders: { [ORIGIN_HEADER]: secrets.sent },
        }),
        // A redirect would come after a token had crossed the network in the clear.
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        // Every answer belongs to one client at one moment.
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // The gateway knows itself by its own Host only.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        responseHeadersPolicy: edgeHeaders(this, deployment),
        compress: false,
      },
    });
    this.distribution.node.addDependency(secrets);
    this.url = `https://${domain?.name ?? this.distribution.distributionDomainName}`;
    this.acknowledgeFindings(domain !== undefined);
  }

  private acknowledgeFindings(hasOwnName: boolean): void {
    const reasons: Record<string, string> = {
      CFR1: "Members of an alliance may be anywhere; who may call is said by their tokens.",
      CFR3: "The access log is the newer one, whose fields can be chosen, and its stack in us-east-1 delivers it.",
    };
    if (!hasOwnName) {
      reasons["CFR4"] =
        "A name of cloudfront.net has CloudFront's own certificate, which allows no choice. With cloud.edge.domain it is TLS 1.2.";
    }
    for (const [finding, reason] of Object.entries(reasons)) acknowledge(this.distribution, finding, reason);
  }
}

/** `https://HOST`, as CloudFormation says it, without what is before the host. */
function hostOf({ apiEndpoint }: HttpApi): string {
  return Fn.select(2, Fn.split("/", apiEndpoint));
}
