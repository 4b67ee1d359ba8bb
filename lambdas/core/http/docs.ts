import type { OpenapiDocument, OpenapiOperation } from "./openapi.ts";
import { escaped, page, prose } from "./page.ts";

/** The OpenAPI document as a page to read. */
export function docsPage(document: OpenapiDocument): string {
  const { info } = document;
  const { tokenUrl } = document.components.securitySchemes["oauth"].flows.clientCredentials;
  return page(
    `${info.title} API · 接口文档`,
    `<h1>${escaped(info.title)} API · 接口文档</h1>
<p>${prose(info.description)}</p>
<h2>Getting a token · 获取令牌</h2>
<pre>curl -u CLIENT_ID:CLIENT_SECRET -d grant_type=client_credentials ${escaped(tokenUrl)}</pre>
<p>Send it with every call as <code>Authorization: Bearer …</code>; it lives for an hour.</p>
<h2>Writing · 写入</h2>
<p>Each write names itself with an <code>Idempotency-Key</code>. Send the same request with the same key as often as you
like: it happens once. 202 means that it is accepted and will be decided; 200 that it is final; 409 that it is rejected,
with the reason. <code>Prefer: wait=5</code> holds the request for up to five seconds until it is decided.</p>
<p>Keep each request until you have seen it final or rejected. Should the operator ever have to restore a backup, what the
chain holds is known again by its id; what was accepted after the backup and never reached the chain is gone until you
send it again, with the same key.</p>
${document.tags.map((tag) => section(tag, document)).join("\n")}
<h2>Schemas · 数据结构</h2>
${Object.entries(document.components.schemas).map(schemaSection).join("\n")}`,
  );
}

function section(tag: { name: string; description?: string }, document: OpenapiDocument): string {
  const calls = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(tag.name))
      .map(([method, operation]) => callSection(method, path, operation, document)),
  );
  return `<h2 id="${escaped(tag.name)}">${escaped(tag.name)}</h2>\n<p>${prose(tag.description ?? "")}</p>\n${calls.join("\n")}`;
}

function callSection(method: string, path: string, operation: OpenapiOperation, document: OpenapiDocument): string {
  const scopes = operation.security.flatMap((alternative) => Object.values(alternative).flat());
  return `<h3 id="${escaped(operation.operationId)}"><code>${method.toUpperCase()} ${escaped(path)}</code></h3>
<p><strong>${prose(operation.summary)}.</strong> ${prose(operation.description ?? "")}</p>
<p>Scope · 权限: ${scopes.map((scope) => `<code>${escaped(scope)}</code>`).join(" or · 或 ")}</p>
${parameters(operation)}${requestBody(operation, document)}${responses(operation)}`;
}

function parameters(operation: OpenapiOperation): string {
  const rows = (operation.parameters ?? []).map(({ name, in: place, required, description, schema }) => [
    `<code>${escaped(name)}</code>`,
    place,
    required ? "yes · 是" : "no · 否",
    [prose(description ?? ""), form(schema)].filter(Boolean).join("<br>"),
  ]);
  if (rows.length === 0) return "";
  return `<h4>Parameters · 参数</h4>\n${table(["Name · 名称", "In · 位置", "Required · 必填", "Meaning · 含义"], rows)}\n`;
}

function requestBody(operation: OpenapiOperation, document: OpenapiDocument): string {
  const schema = operation.requestBody?.content["application/json"]?.schema;
  if (!schema) return "";
  const example = resolved(schema, document).example;
  const shown = example === undefined ? "" : `<pre>${escaped(JSON.stringify(example, null, 2))}</pre>\n`;
  return `<h4>Body · 请求体</h4>\n<p>${form(schema)}</p>\n${shown}`;
}

function responses(operation: OpenapiOperation): string {
  const rows = Object.entries(operation.responses).map(([status, { description, content }]) => {
    const problems = Object.keys(content?.["application/problem+json"]?.examples ?? {});
    const schema = content?.["application/json"]?.schema;
    const links = problems.map((name) => `<a href="/problems/${escaped(name)}"><code>${escaped(name)}</code></a>`);
    return [status, links.length > 0 ? links.join(", ") : `${prose(description)}: ${form(schema)}`];
  });
  return `<h4>Answers · 响应</h4>\n${table(["Status · 状态码", "Meaning · 含义"], rows)}`;
}

function schemaSection([name, schema]: [string, any]): string {
  const required: string[] = schema.required ?? [];
  const rows = Object.entries<any>(schema.properties ?? {}).map(([property, inner]) => [
    `<code>${escaped(property)}</code>`,
    required.includes(property) ? "yes · 是" : "no · 否",
    [prose(inner.description ?? ""), form(inner)].filter(Boolean).join("<br>"),
  ]);
  const heading = `<h3 id="schema-${escaped(name)}">${escaped(name)}</h3>\n<p>${prose(schema.description ?? "")}</p>`;
  if (rows.length === 0) return `${heading}\n<p>${form(schema)}</p>`;
  return `${heading}\n${table(["Name · 名称", "Required · 必填", "Meaning · 含义"], rows)}`;
}

/** A schema in a few words: its type and its bounds, or a link to where it is described. */
function form(schema: any): string {
  if (!schema) return "";
  if (schema.$ref) return link(schema.$ref);
  if (schema.enum)
    return schema.enum.map((value: unknown) => `<code>${escaped(JSON.stringify(value))}</code>`).join(" or ");
  if (schema.type === "array") return `list of ${form(schema.items)}`;
  if (schema.type === "object" && schema.properties) {
    const members = Object.entries(schema.properties).map(
      ([name, inner]) => `<code>${escaped(name)}</code>: ${form(inner)}`,
    );
    return `{ ${members.join(", ")} }`;
  }
  const bounds = [
    schema.format,
    schema.minimum !== undefined && `from ${schema.minimum}`,
    schema.maximum !== undefined && `to ${schema.maximum}`,
    schema.maxLength !== undefined && `up to ${schema.maxLength} characters`,
    schema.default !== undefined && `${schema.default} when absent`,
  ].filter(Boolean);
  return escaped([String(schema.type ?? "anything"), ...bounds].join(", "));
}

function link(reference: string): string {
  const name = reference.split("/").at(-1)!;
  return `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`;
}

function resolved(schema: any, document: OpenapiDocument): any {
  return schema.$ref ? document.components.schemas[schema.$ref.split("/").at(-1)] : schema;
}

function table(heads: string[], rows: string[][]): string {
  const head = `<tr>${heads.map((cell) => `<th>${cell}</th>`).join("")}</tr>`;
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join("")}</tr>`);
  return `<table>\n${[head, ...body].join("\n")}\n</table>`;
}
