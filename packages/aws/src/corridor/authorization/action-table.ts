/** AWS's Service Authorization Reference for one service, as `scripts/generate-authorization.ts` writes it. */
export interface PublishedAuthorization {
  /** Of its actions: `elasticloadbalancing`. */
  readonly prefix: string;
  /** Condition keys; actions and resources name them by position. */
  readonly keys: readonly string[];
  /** Format of the ARN and keys, by type. */
  readonly resources: Readonly<Record<string, readonly [arn: string, keys: readonly number[]]>>;
  /** Keys, and resources: the position of the type, whether there must be one (1), and keys. */
  readonly actions: Readonly<
    Record<string, readonly [keys: readonly number[], resources: readonly (readonly number[])[]]>
  >;
}

/** A kind of resource. */
export interface ResourceType {
  readonly name: string;
  /** `arn:${Partition}:sns:${Region}:${Account}:${TopicName}` */
  readonly format: string;
  /** The variables of its ARN but for partition, region and account. */
  readonly variables: readonly string[];
  /** Whether an ARN is of this type. */
  matches(arn: string): boolean;
}

/** A kind of resource that an action is about. */
export interface ActionResource {
  readonly type: ResourceType;
  readonly isRequired: boolean;
  /**
   * The condition keys of requests for the action on it, in lower case; `aws:resourcetag/` for all keys that begin so. Where AWS names some
   * for the action they are all, else those of the type: what is about to be made has no tags yet that a request could be held against.
   */
  readonly keys: ReadonlySet<string>;
}

export interface Action {
  /** `sns:Publish` */
  readonly name: string;
  readonly keys: ReadonlySet<string>;
  readonly resources: readonly ActionResource[];
}

const ANYWHERE = ['Partition', 'Region', 'Account'];

/** The actions of a service and the resources that they are about. */
export class ActionTable {
  readonly prefix: string;
  private readonly types: readonly (ResourceType & { readonly keys: readonly number[] })[];
  private readonly actions = new Map<string, Action | undefined>();

  constructor(private readonly data: PublishedAuthorization) {
    this.prefix = data.prefix;
    this.types = Object.entries(data.resources).map(([name, [format, keys]]) => ({
      ...readType(name, format),
      keys,
    }));
  }

  /** @param name without its prefix: `Publish` */
  find(name: string): Action | undefined {
    if (!this.actions.has(name)) this.actions.set(name, this.read(name));
    return this.actions.get(name);
  }

  private read(name: string): Action | undefined {
    const found = this.data.actions[name];
    if (!found) return undefined;
    const [keys, resources] = found;
    return {
      name: `${this.prefix}:${name}`,
      keys: this.keysAt(keys),
      resources: resources.flatMap(([at = -1, isRequired, ...own]) => {
        const type = this.types[at];
        if (!type) return [];
        return { type, isRequired: isRequired === 1, keys: this.keysAt(own.length > 0 ? own : type.keys) };
      }),
    };
  }

  /** Keys that end in a variable are known by what is before it. */
  private keysAt(positions: readonly number[]): Set<string> {
    const names = positions.map((at) => this.data.keys[at] ?? '');
    return new Set(names.map((key) => key.replace(/(\$\{.*\}|<.*>)$/, '').toLowerCase()));
  }
}

function readType(name: string, format: string): ResourceType {
  const variables = [...format.matchAll(/\$\{(\w+)\}/g)].map(([, variable = '']) => variable);
  const pattern = format
    .replace(/[.*+?^()[\]\\|]/g, '\\$&')
    .replace(/\$\{(\w+)\}/g, (_all, variable: string) => (ANYWHERE.includes(variable) ? '[^:]*' : '.+'));
  const expression = new RegExp(`^${pattern}$`);
  return {
    name,
    format,
    variables: variables.filter((variable) => !ANYWHERE.includes(variable)),
    matches: (arn) => expression.test(arn),
  };
}
