import type { Resource, StackTemplate } from "./sample-templates.ts";

/** A resource, and where it stands. */
export interface Placed extends Resource {
  stack: string;
  id: string;
}

/** In place of what AWS only knows once a resource is there. */
const marked = (stack: string, id: string) => `<${stack}.${id}>`;

/** Follows references within templates and from one to another. */
export class References {
  readonly resources: Placed[];
  private readonly exports = new Map<string, () => string>();
  private readonly byPlace = new Map<string, Placed>();

  constructor(templates: Record<string, StackTemplate>) {
    this.resources = Object.entries(templates).flatMap(([stack, { Resources }]) =>
      Object.entries(Resources).map(([id, resource]) => ({ stack, id, ...resource })),
    );
    for (const each of this.resources) this.byPlace.set(marked(each.stack, each.id), each);
    for (const [stack, { Outputs = {} }] of Object.entries(templates)) {
      for (const { Export, Value } of Object.values(Outputs)) {
        if (Export) this.exports.set(Export.Name, () => this.text(stack, Value));
      }
    }
  }

  ofType(...types: string[]): Placed[] {
    return this.resources.filter(({ Type }) => types.some((type) => Type.startsWith(type)));
  }

  /** What a property says, with names where there are any, and marks where there are none. */
  text(stack: string, value: any): string {
    if (typeof value !== "object" || value === null) return String(value);
    const [[how, what] = ["", undefined]] = Object.entries<any>(value);
    if (how === "Ref") return what.startsWith("AWS::") ? what : (nameOf(this.at(stack, what)) ?? marked(stack, what));
    if (how === "Fn::GetAtt") return this.attribute(this.at(stack, what[0]), what[1]);
    if (how === "Fn::ImportValue") return this.exports.get(what)!();
    if (how === "Fn::Join") return what[1].map((part: unknown) => this.text(stack, part)).join(what[0]);
    if (how === "Fn::Split") return this.text(stack, what[1]);
    if (how === "Fn::Select") return this.text(stack, what[1]).split(what[1]["Fn::Split"][0])[what[0]]!;
    throw new Error(`references of the kind ${how} cannot be followed`);
  }

  /** The resource that a text leads to, if it is one of a template. */
  find(text: string): Placed | undefined {
    const place = /<[^>]+>/.exec(text)?.[0];
    if (place) return this.byPlace.get(place);
    const [, type, name] = /:(table\/|function:|role\/)([^/:]+)/.exec(text) ?? [];
    return type === undefined
      ? undefined
      : this.resources.find((each) => each.Type.endsWith(kinds[type]!) && nameOf(each) === name);
  }

  private at(stack: string, id: string): Placed {
    return this.byPlace.get(marked(stack, id))!;
  }

  private attribute(resource: Placed, attribute: string): string {
    const name = nameOf(resource);
    const prefix = Object.keys(kinds).find((kind) => resource.Type.endsWith(kinds[kind]!));
    if (name === undefined || prefix === undefined) return marked(resource.stack, resource.id);
    return `arn:aws:any:region:account:${prefix}${name}${attribute === "StreamArn" ? "/stream/any" : ""}`;
  }
}

/** How an ARN names resources whose names stand in the template. */
const kinds: Record<string, string> = { "table/": "::Table", "function:": "::Function", "role/": "::Role" };

function nameOf({ Properties }: Resource): string | undefined {
  return Properties["TableName"] ?? Properties["FunctionName"] ?? Properties["RoleName"];
}
