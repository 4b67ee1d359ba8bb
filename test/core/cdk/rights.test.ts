import { expect } from "chai";
import { book, network } from "./joining.ts";
import { Made, madeOfSample } from "./made.ts";
import { crossing, rights } from "./rights.ts";
import { granted } from "./granted.ts";
import { resourceStatements, roleStatements } from "./statements.ts";

/** Everything that a deployment can be told to have, so that no policy goes unseen. */
const all = new Made((settings) => {
  settings.cloud.network = network;
  settings.organisations[0].signer = { keyArn: "arn:aws:kms:ap-east-1:210987654321:key/0123-4567" };
  settings.organisations[1].signer = { generation: 2 };
});
const sample = madeOfSample();
const joined = new Made((settings) => (settings.book = book));

/** Where a policy may speak of all resources, or of those that begin in a way, and why. */
const wildcards: Record<string, string> = {
  "logs:CreateLogStream, logs:PutLogEvents on arn:aws:logs:ap-east-1:123456789012:log-group:/kapok/kapok/…:log-stream:*":
    "Lambda names the streams of a function's own group itself",
  "dynamodb:ListStreams on *": "cannot be allowed for one table only; Lambda asks for it",
  "ec2:AssignPrivateIpAddresses, ec2:CreateNetworkInterface, ec2:DeleteNetworkInterface, ec2:DescribeNetworkInterfaces, ec2:DescribeSubnets, ec2:UnassignPrivateIpAddresses on *":
    "Lambda makes interfaces for functions in a network, which have no names before",
};

describe("Rights", () => {
  it("are these, role by role, and nothing else", () => {
    expect(granted(sample)).to.deep.equal(rights);
  });

  it("have no wildcard in an action", () => {
    for (const made of [sample, all, joined]) {
      const said = [...roleStatements(made), ...resourceStatements(made)];
      expect(said.length).to.be.greaterThan(100);
      // A Deny that says too much takes away, and gives nothing.
      expect(said.filter(({ effect, action }) => effect === "Allow" && /[*?]/.test(action))).to.deep.equal([]);
    }
  });

  it("have a wildcard in a resource only for the reasons on the list", () => {
    const found = new Map<string, Set<string>>();
    for (const { role, resource, action } of [sample, all, joined].flatMap(roleStatements)) {
      if (!/[*?]/.test(resource)) continue;
      const part = role!.replace(/.*Role-/, "");
      const place = `${role} ${resource.replace(`/${part}:`, "/…:")}`;
      if (!found.has(place)) found.set(place, new Set());
      found.get(place)!.add(action);
    }
    const families = new Set<string>();
    for (const [place, actions] of found) {
      const service = Map.groupBy(actions, (action) => action.split(":")[0]);
      for (const ofOne of service.values()) {
        families.add(`${ofOne.toSorted().join(", ")} on ${place.split(" ")[1]}`);
      }
    }
    expect([...families].toSorted()).to.deep.equal(Object.keys(wildcards).toSorted());
  });

  it("let nobody in from outside: a policy of a resource names whom it means, or only denies", () => {
    for (const { where, effect, principal, condition } of resourceStatements(all)) {
      if (effect === "Deny") continue;
      expect(JSON.stringify(principal), where).to.not.include('"*"');
      expect(principal, where).to.not.equal("*");
      expect(condition, where).to.not.deep.equal({});
    }
  });

  it("cross scenarios in these roles only", () => {
    const tables = granted(all);
    const reaching = Object.keys(tables).filter((role) =>
      Object.keys(tables[role]!).some((resource) => resource.includes(":table/kapok-points")),
    );
    // Beside those of the scenario's own stack.
    expect(reaching.filter((role) => !role.startsWith("points/"))).to.have.members(Object.keys(crossing));
  });

  it("read the chain's secret where the chain is spoken to, and nowhere else", () => {
    const reading = roleStatements(all).filter(({ action }) => action.startsWith("secretsmanager:"));
    expect(reading.map(({ role, action, resource }) => [role, action, resource])).to.deep.equal(
      ["state/Role-submitter", "state/Role-deployer", "core/Role-indexer"].map((role) => [
        role,
        "secretsmanager:GetSecretValue",
        "arn:aws:secretsmanager:ap-east-1:123456789012:secret:kapok-chain-AbCdEf",
      ]),
    );
  });
});
