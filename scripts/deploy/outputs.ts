import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";

/** What a deployment says of itself. */
export interface Outputs {
  apiUrl: string;
  tokenUrl: string;
  /** The user pool that has the clients. */
  poolId: string;
}

/** The user pool of a deployment, if its state was ever deployed. */
export async function readPoolId(deployment: string): Promise<string | undefined> {
  return (await outputsOf(new CloudFormationClient(), `${deployment}-state`))["PoolId"];
}

/** @throws where the deployment is not there, or is not whole */
export async function readOutputs(deployment: string): Promise<Outputs> {
  const client = new CloudFormationClient();
  const [state, core] = await Promise.all([
    outputsOf(client, `${deployment}-state`),
    outputsOf(client, `${deployment}-core`),
  ]);
  const [poolId, apiUrl, tokenUrl] = [state["PoolId"], core["ApiUrl"], core["TokenUrl"]];
  if (!poolId || !apiUrl || !tokenUrl) throw new Error(`the deployment ${deployment} is not whole: npm run deploy`);
  return { poolId, apiUrl, tokenUrl };
}

/** Which of the origin's secrets a deployment's edge sends; undefined where it has no edge, or is not there. */
export async function readOriginSecret(deployment: string): Promise<number | undefined> {
  const number = (await outputsOf(new CloudFormationClient(), `${deployment}-core`))["OriginSecret"];
  return number === undefined ? undefined : Number(number);
}

/** Whether an account has a stack with outputs in a region. */
export async function hasStack(name: string, region: string): Promise<boolean> {
  return Object.keys(await outputsOf(new CloudFormationClient({ region }), name)).length > 0;
}

async function outputsOf(client: CloudFormationClient, StackName: string): Promise<Record<string, string>> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const outputs = Stacks[0]?.Outputs ?? [];
    return Object.fromEntries(outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
  } catch (error) {
    if ((error as Error).name === "ValidationError") return {};
    throw error;
  }
}
