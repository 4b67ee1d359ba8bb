/** One stack's template, as far as tests read it. */
export interface Template {
  Resources: Record<string, TemplateResource>;
  Outputs?: Record<string, { Value: unknown; Export?: { Name: string } }>;
}

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, unknown>;
  DependsOn?: string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Metadata?: Record<string, string>;
}

/**
 * Makes the functions of CloudFormation readable, so that tests compare by value: what points at a resource becomes that
 * resource's path in the tree of constructs, also across stacks, and what is joined becomes one text.
 */
export class Readable {
  private readonly templates: Readonly<Record<string, Template>>;
  private readonly exported = new Map<string, string>();

  constructor(templates: Readonly<Record<string, Template>>) {
    this.templates = templates;
    for (const [stack, { Outputs = {} }] of Object.entries(templates)) {
      for (const { Value, Export } of Object.values(Outputs)) {
        if (Export) this.exported.set(Export.Name, String(this.of(stack, Value)));
      }
    }
  }

  /** A value of a stack's template. */
  of(stack: string, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((each) => this.of(stack, each));
    if (typeof value !== "object" || value === null) return value;
    const [[name, inner] = ["", undefined], ...others] = Object.entries(value);
    const text = others.length === 0 ? this.called(stack, name, inner) : undefined;
    if (text !== undefined) return text;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, this.of(stack, each)]));
  }

  /** A resource's path, without the part that every one has. */
  path(stack: string, id: string): string {
    const path = this.templates[stack]?.Resources[id]?.Metadata?.["aws:cdk:path"];
    if (!path) throw new Error(`${stack} has no ${id}`);
    return path.replace(/\/(Resource|Default)$/, "");
  }

  private called(stack: string, name: string, inner: unknown): string | undefined {
    if (name === "Ref") return this.reference(stack, String(inner));
    if (name === "Fn::GetAtt") {
      const [id = "", attribute = ""] = inner as string[];
      return `${this.path(stack, id)}.${attribute}`;
    }
    if (name === "Fn::ImportValue") {
      const found = this.exported.get(String(inner));
      if (found === undefined) throw new Error(`${stack} imports ${String(inner)}, which nobody exports`);
      return found;
    }
    if (name === "Fn::GetStackOutput") {
      const { StackName, OutputName, Region } = inner as Record<string, string>;
      return [StackName, OutputName, ...(Region ? [Region] : [])].join(".");
    }
    if (name === "Fn::Join") {
      const [separator = "", parts = []] = inner as [string, unknown[]];
      return parts.map((part) => String(this.of(stack, part))).join(separator);
    }
    // Only takes a role's name out of its ARN: the role is meant.
    if (name === "Fn::Select") return String(this.of(stack, (inner as unknown[])[1]));
    if (name === "Fn::Split") return String(this.of(stack, (inner as unknown[])[1]));
    return undefined;
  }

  private reference(stack: string, id: string): string {
    if (id === "AWS::Partition") return "aws";
    return id.startsWith("AWS::") ? `<${id}>` : this.path(stack, id);
  }
}
