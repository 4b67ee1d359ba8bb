import { randomUUID } from "node:crypto";
import type { Credentials } from "../../scripts/start/home.ts";

export interface Answer {
  status: number;
  body: any;
  headers: Headers;
}

export interface Call {
  body?: unknown;
  /** A body that is sent as it stands, in place of one that is made JSON. */
  text?: string;
  /** Idempotency-Key; a random one for writes when absent. */
  key?: string;
  /** Seconds for `Prefer: wait`. */
  wait?: number;
  headers?: Record<string, string>;
}

/** A client of the public API: one organisation, known by its credentials alone. */
export class ApiClient {
  readonly organisation: string;
  private readonly credentials: Credentials;
  private token: Promise<string> | undefined;

  constructor(credentials: Credentials, organisation: string) {
    this.credentials = credentials;
    this.organisation = organisation;
  }

  async call(method: string, path: string, { body, text: literal, key, wait, headers }: Call = {}): Promise<Answer> {
    const sent = literal ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await fetch(this.credentials.apiUrl + path, {
      method,
      headers: {
        authorization: `Bearer ${await this.accessToken()}`,
        ...(body !== undefined && { "content-type": "application/json" }),
        ...(method !== "GET" && { "idempotency-key": key ?? randomUUID() }),
        ...(wait !== undefined && { prefer: `wait=${wait}` }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === "" ? undefined : JSON.parse(text), headers: answer.headers };
  }

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  post(path: string, body: unknown, call: Omit<Call, "body"> = {}): Promise<Answer> {
    return this.call("POST", path, { ...call, body });
  }

  accessToken(): Promise<string> {
    return (this.token ??= this.newToken());
  }

  /** Forgets the access token: the next call gets a new one. */
  renew(): void {
    this.token = undefined;
  }

  private async newToken(): Promise<string> {
    const client = this.credentials.clients.find(({ organisation }) => organisation === this.organisation);
    if (!client) throw new Error(`no client of ${this.organisation}`);
    const form = { grant_type: "client_credentials", client_id: client.clientId, client_secret: client.clientSecret };
    const answer = await fetch(this.credentials.tokenUrl, { method: "POST", body: new URLSearchParams(form) });
    if (!answer.ok) throw new Error(`token: ${answer.status}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  }
}
