import { CreateTableCommand, ResourceInUseException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

/** Creates the tables that do not exist yet. */
export async function createTables(client: DynamoDBDocumentClient, names: string[]): Promise<void> {
  for (const TableName of names) {
    const command = new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: ["pk", "sk"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    });
    await client.send(command).catch((error) => {
      if (!(error instanceof ResourceInUseException)) throw error;
    });
  }
}
