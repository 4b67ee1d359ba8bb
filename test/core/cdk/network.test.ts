import { expect } from "chai";
import { network } from "./joining.ts";
import { Made, madeOfSample } from "./made.ts";
import { roleStatements } from "./statements.ts";

/** An emulator has no networks. */
describe("A network", () => {
  const inside = new Made(({ cloud }) => (cloud.network = network));
  const outside = madeOfSample();
  const speaking = ["core/Function-deployer", "core/Function-submitter", "core/Function-indexer"];

  it("has the functions that speak to the chain in it, and no others: those would be slower for nothing", () => {
    const functions = inside.all("Lambda::Function").filter(({ properties }) => properties["VpcConfig"]);
    expect(functions.map(({ path }) => path)).to.deep.equal(speaking);
    for (const { properties } of functions) {
      expect(properties["VpcConfig"]).to.deep.equal({
        SubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        SecurityGroupIds: ["sg-0123456789abcdef0"],
      });
    }
  });

  it("has the ways out that these need: keys, secret, each other, clients, tables, and CloudFormation's answer", () => {
    const endpoints = inside.all("EC2::VPCEndpoint").map(({ properties: { Tags: _, ...properties } }) => properties);
    const common = { VpcId: "vpc-0123456789abcdef0" };
    const named = (service: string) => ({ ...common, ServiceName: `com.amazonaws.ap-east-1.${service}` });
    expect(endpoints).to.deep.equal([
      ...["kms", "secretsmanager", "lambda", "cognito-idp"].map((service) => ({
        ...named(service),
        VpcEndpointType: "Interface",
        PrivateDnsEnabled: true,
        SubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        SecurityGroupIds: ["sg-0123456789abcdef0"],
      })),
      ...["dynamodb", "s3"].map((service) => ({
        ...named(service),
        VpcEndpointType: "Gateway",
        RouteTableIds: ["rtb-0123456789abcdef0", "rtb-0123456789abcdef1"],
      })),
    ]);
  });

  it("has them before anybody needs them, and for as long: the book is made from inside, and told that it goes", () => {
    expect(inside.at("core/Book").after).to.include.members(inside.all("EC2::VPCEndpoint").map(({ path }) => path));
  });

  it("has none of them where it has its own", () => {
    const { routeTables: _, ...own } = network;
    const made = new Made(({ cloud }) => (cloud.network = own));
    expect(made.all("EC2::VPCEndpoint")).to.deep.equal([]);
    expect(made.all("Lambda::Function").filter(({ properties }) => properties["VpcConfig"])).to.have.length(3);
  });

  it("is made use of by the roles of these functions only", () => {
    const network = (made: Made) => roleStatements(made).filter(({ action }) => action.startsWith("ec2:"));
    const roles = new Map<string, string[]>();
    for (const { role = "", action } of network(inside)) roles.set(role, [...(roles.get(role) ?? []), action]);
    const actions = [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSubnets",
      "ec2:UnassignPrivateIpAddresses",
    ];
    expect(Object.fromEntries(roles)).to.deep.equal({
      "state/Role-submitter": actions,
      "state/Role-deployer": actions,
      "core/Role-indexer": actions,
    });
    expect(network(outside)).to.deep.equal([]);
  });

  it("is nowhere where the settings name none", () => {
    expect(outside.resources.filter(({ type }) => type.startsWith("AWS::EC2"))).to.deep.equal([]);
    expect(outside.text).to.not.include("VpcConfig");
  });
});
