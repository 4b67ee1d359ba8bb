import type * as z from "zod";

/**
 * What a scenario's routes file says: each call adds one route below `/v1/<scenario>` and its place in the OpenAPI
 * document. Whoever calls is authenticated, allowed and understood before `handle` runs.
 */
export interface Api {
  /**
   * A route that asks for one operation, under the key in its Idempotency-Key header. Answers 202 while it is open, 200
   * when it is final, 409 with its problem when it is rejected. `Prefer: wait=N` holds the request until it is decided.
   */
  write<Body extends z.ZodObject>(route: WriteRoute<Body>): void;
  /** A POST that is not one operation with one key. */
  post<Body extends z.ZodObject, Answer extends z.ZodType>(route: PostRoute<Body, Answer>): void;
  /** A GET of one thing. */
  read<Answer extends z.ZodType>(route: ReadRoute<Answer>): void;
  /** A GET of many things, a page at a time. */
  list<Item extends z.ZodType>(route: ListRoute<Item>): void;
}

/** What every route says about itself. */
export interface RouteDescription {
  /** Below `/v1/<scenario>`. A parameter in braces is a UUID; a path has at most one, `{id}`. */
  path: string;
  /** The operationId of OpenAPI, unique over all scenarios. */
  name: string;
  summary: string;
  description?: string;
  /** One of them suffices. */
  scopes: readonly string[];
  /** Names of the problems that are this route's own, beside those that any such route can answer. */
  problems?: readonly string[];
}

export interface WriteRoute<Body extends z.ZodObject> extends RouteDescription {
  /** `post` when absent. */
  method?: "post" | "put" | "delete";
  /** The kind of operation. */
  kind: string;
  /** A strict object; an empty one where the path says it all. */
  body: Body;
  /** What the operation keeps and is compared by; the body when absent. */
  request?(call: Call<z.output<Body>>): Record<string, unknown>;
  /** Whether the operation's id names what it makes: then 201 `{ id, operation }` instead of 202 or 200. */
  creates?: boolean;
}

export interface PostRoute<Body extends z.ZodObject, Answer extends z.ZodType> extends RouteDescription {
  body: Body;
  status: 200 | 202;
  answer: Answer;
  handle(call: Call<z.output<Body>>): Promise<z.input<Answer>>;
}

export interface ReadRoute<Answer extends z.ZodType> extends RouteDescription {
  answer: Answer;
  handle(call: Call): Promise<z.input<Answer>>;
}

export interface ListRoute<Item extends z.ZodType> extends RouteDescription {
  /** The member of the answer that holds the items. */
  items: string;
  item: Item;
  handle(call: Call, page: { limit: number; cursor: string | undefined }): Promise<ListPage<z.input<Item>>>;
}

/** Some items, and where the next ones begin; no cursor on the last page. */
export interface ListPage<Item> {
  items: Item[];
  cursor?: string | undefined;
}

/** One request that passed every check. */
export interface Call<Body = unknown> {
  organisation: string;
  /** Whether the token carries a scope. */
  may(scope: string): boolean;
  /** The id in the path, lower case; empty where the path has none. */
  id: string;
  body: Body;
}
