import { expect } from "chai";
import { itemSize } from "../../scripts/costs/item-size.ts";
import { Meter } from "../../scripts/costs/meter.ts";

const text = (length: number) => ({ S: "x".repeat(length) });
const key = (name: string) => ({ pk: { S: name }, sk: { S: "" } });

/** As AWS bills: a kilobyte written, four kilobytes read, twice in a transaction. */
describe("A meter of calls", () => {
  let meter: Meter;
  beforeEach(() => (meter = new Meter()));

  const call = (name: string, asked: unknown, answered: unknown = {}) => {
    const operation = name.includes(".") ? name : `DynamoDB_20120810.${name}`;
    const call = { method: "POST", path: "/", operation, rpcMethods: [], body: JSON.stringify(asked) };
    meter.observe(call, JSON.stringify(answered));
  };

  it("sizes an item by the names of its attributes and their values", () => {
    expect(itemSize({ pk: { S: "ab" } })).to.equal(4);
    expect(itemSize({ 木: { S: "棉" } })).to.equal(6);
    expect(itemSize({ n: { N: "-1234.5" } })).to.equal(1 + 3 + 1);
    expect(itemSize({ b: { B: Buffer.alloc(100).toString("base64") } })).to.equal(101);
    expect(itemSize({ t: { BOOL: true } })).to.equal(2);
    expect(itemSize({ m: { M: { a: { S: "b" } } } })).to.equal(1 + 3 + 1 + 2);
    expect(itemSize({ l: { L: [{ S: "b" }, { S: "c" }] } })).to.equal(1 + 3 + 4);
  });

  it("counts a write by the kilobyte, and a refused one too", () => {
    call("PutItem", { TableName: "t", Item: { ...key("a"), text: text(1100) } });
    expect(meter.usage.writeUnits).to.equal(2);
    call("PutItem", { TableName: "t", Item: key("b") }, { __type: "ConditionalCheckFailedException" });
    expect(meter.usage.writeUnits).to.equal(3);
  });

  it("counts an update by the item that it leaves, and a deletion by the item that it takes", () => {
    call("UpdateItem", { TableName: "t", Key: key("a") }, { Attributes: { ...key("a"), text: text(3000) } });
    expect(meter.usage.writeUnits).to.equal(3);
    call("DeleteItem", { TableName: "t", Key: key("a") });
    expect(meter.usage.writeUnits).to.equal(6);
  });

  it("counts what is in a transaction twice, conditions too", () => {
    const TransactItems = [
      { Put: { TableName: "t", Item: { ...key("a"), text: text(1500) } } },
      { ConditionCheck: { TableName: "t", Key: key("b") } },
      { Update: { TableName: "t", Key: key("c") } },
      { Delete: { TableName: "t", Key: key("a") } },
    ];
    call("TransactWriteItems", { TransactItems });
    expect(meter.usage.writeUnits).to.equal(4 + 2 + 2 + 4);
  });

  it("counts many writes each by itself", () => {
    const requests = [{ PutRequest: { Item: key("a") } }, { DeleteRequest: { Key: key("b") } }];
    call("BatchWriteItem", { RequestItems: { t: requests } });
    expect(meter.usage.writeUnits).to.equal(2);
  });

  it("counts a read by four kilobytes: a query's items together, others each by itself", () => {
    call("GetItem", { TableName: "t", Key: key("a") }, { Item: { ...key("a"), text: text(5000) } });
    expect(meter.usage.readUnits).to.equal(2);
    call("GetItem", { TableName: "t", Key: key("nothing") });
    expect(meter.usage.readUnits).to.equal(3);
    call("Query", { TableName: "t" }, { Items: [{ text: text(3000) }, { text: text(3000) }] });
    expect(meter.usage.readUnits).to.equal(5);
    call("BatchGetItem", { RequestItems: { t: { Keys: [key("a"), key("b"), key("c")] } } });
    expect(meter.usage.readUnits).to.equal(8);
    call("TransactGetItems", { TransactItems: [{ Get: { TableName: "t", Key: key("a") } }] });
    expect(meter.usage.readUnits).to.equal(10);
  });

  it("counts signatures", () => {
    call("TrentService.Sign", {});
    call("TrentService.GetPublicKey", {});
    expect(meter.usage).to.deep.equal({ writeUnits: 0, readUnits: 0, signatures: 1 });
  });
});
