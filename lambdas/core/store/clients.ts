import type { Table } from "./table.ts";

/** An OAuth client of an organisation. Its secret is kept by whoever gives the tokens, never here. */
export interface ClientRow {
  clientId: string;
  organisation: string;
  name: string;
  scopes: string[];
}

const pk = "clients";

export async function readClient(table: Table, clientId: string): Promise<ClientRow | undefined> {
  return (await table.get({ pk, sk: clientId })) as ClientRow | undefined;
}

export async function keepClient(table: Table, client: ClientRow): Promise<void> {
  await table.put({ pk, sk: client.clientId, ...client });
}

export async function forgetClient(table: Table, clientId: string): Promise<void> {
  await table.delete({ pk, sk: clientId });
}

/** The clients of this deployment. */
export async function readClients(table: Table): Promise<ClientRow[]> {
  const clients: ClientRow[] = [];
  for await (const item of table.partition(pk)) clients.push(item as unknown as ClientRow);
  return clients;
}
