import { Validations } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** Says why a finding of the checks does not call for a change here. */
export function acknowledge(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions::AwsSolutions-${finding}`, reason });
}
