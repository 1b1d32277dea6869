import type { Tag } from '@aws-sdk/client-cloudformation';
import type { ResourceProperties } from '../../../../data/resource-properties';
import type { Clients } from './clients';
import type { ResourceTypeSchema } from './schema/resource-schema';

/** What a resource is after it was made or changed. */
export interface Made {
  readonly id: string;
  /** What `Ref` gives, when that is not the physical id. */
  readonly ref?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  /** Whether events show nothing of the attributes. */
  readonly isSecret?: boolean;
}

/** What the making, changing and deleting of a resource may use. */
export interface ResourceContext {
  readonly aws: Clients;
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  readonly stackId: string;
  readonly logicalId: string;
  /** The resource's type, as the template names it. */
  readonly type: string;
  /** Opens a place to which somebody outside may answer. */
  openMailbox(requestId: string): Mailbox;
  /** The stack's tags, CloudFormation's own (`aws:cloudformation:…`) and the resource's. */
  readonly tags: readonly Required<Tag>[];
  /** AWS's now. */
  now(): Date;
  /** AWS seconds that pass in a real one while somebody works. */
  readonly timeScale: number;
  /** Tells the physical id as soon as it is known, so that a failure afterwards does not lose the resource. */
  made(id: string): void;
  /** A name as CloudFormation makes them: `stack-LogicalId-RANDOM`. */
  physicalName(options?: { readonly max?: number; readonly lower?: boolean }): string;
  /** Asks again, about once a second of AWS's time, until there is an answer. */
  until<T>(ask: () => Promise<T | undefined>): Promise<T>;
  /** The resource's UpdatePolicy, evaluated. */
  readonly updatePolicy?: unknown;
  /** Passes when the resource's CreationPolicy is satisfied, at once when it has none. */
  signals(): Promise<void>;
}

/** A place to which one answer may be put, at a URL that nobody can guess. */
export interface Mailbox {
  readonly url: string;
  /** What was put there. */
  read(): string | undefined;
  close(): void;
}

export interface TagChange {
  readonly set: readonly Required<Tag>[];
  readonly removed: readonly string[];
}

/** The name of a resource type that CloudFormation's specification describes, e.g. `AWS::EC2::VPC`. */
export type TypeName = keyof ResourceProperties;

/** The properties of a type, as the specification has them. */
export type PropertiesOf<Type extends TypeName> = ResourceProperties[Type];

/** How the embedded AWS makes, changes and deletes the resources of a type. */
interface HandlerDefinition<Type extends TypeName, Name extends string & keyof PropertiesOf<Type>> {
  /** The properties that it acts on. All others that the specification knows are refused by name. */
  readonly handles: readonly Name[];
  /** Members inside of those that it does not act on, by their path, e.g. `Code.SourceKMSKeyArn`. */
  readonly lacks?: readonly string[];
  /** The property by which users name the resource themselves. */
  readonly name?: NoInfer<Name>;
  /** Properties whose change needs a new resource here, although the specification does not say so. */
  readonly replacesAlso?: readonly NoInfer<Name>[];
  /** Properties that CloudFormation neither changes nor makes a new resource for: their update fails. */
  readonly fixed?: readonly NoInfer<Name>[];
  /** Properties that CloudFormation changes on a resource that is there, and the embedded AWS does not yet. */
  readonly lacksUpdatesOf?: readonly NoInfer<Name>[];
  /** The members of a CreationPolicy that it acts on. */
  readonly creationPolicies?: readonly string[];
  /** The members of an UpdatePolicy that it acts on. */
  readonly updatePolicies?: readonly string[];
  /**
   * Whether the change of a property needs a new resource, where the specification leaves it to the resource. Without it
   * every such change does.
   *
   * @param next the property's value after the change
   */
  replacesWhen?(property: string, next: unknown): boolean;
  create(properties: Pick<PropertiesOf<Type>, NoInfer<Name>>, context: ResourceContext): Promise<Made>;
  /** Changes a resource. Another id means that a new resource has taken the place of the old one, which is still to be deleted. */
  update?(
    id: string,
    properties: Pick<PropertiesOf<Type>, NoInfer<Name>>,
    previous: Pick<PropertiesOf<Type>, NoInfer<Name>>,
    context: ResourceContext,
  ): Promise<Partial<Made> | undefined>;
  delete(
    id: string,
    properties: Pick<PropertiesOf<Type>, NoInfer<Name>>,
    context: ResourceContext,
  ): Promise<unknown>;
  /** Changes the tags, where they can be changed without a new resource. */
  retag?(
    id: string,
    change: TagChange,
    context: ResourceContext,
    properties: Pick<PropertiesOf<Type>, NoInfer<Name>>,
  ): Promise<unknown>;
}

/** The handler of a type as the engine sees it: with properties that its schema has read. */
export interface ResourceHandler {
  readonly type: TypeName;
  readonly handles: readonly string[];
  readonly lacks: readonly string[];
  readonly name?: string;
  readonly replacesAlso: readonly string[];
  readonly fixed: readonly string[];
  readonly lacksUpdatesOf: readonly string[];
  readonly creationPolicies?: readonly string[];
  readonly updatePolicies?: readonly string[];
  replacesWhen?(property: string, next: unknown): boolean;
  create(properties: unknown, context: ResourceContext): Promise<Made>;
  update?(
    id: string,
    properties: unknown,
    previous: unknown,
    context: ResourceContext,
  ): Promise<Partial<Made> | undefined>;
  delete(id: string, properties: unknown, context: ResourceContext): Promise<unknown>;
  retag?(id: string, change: TagChange, context: ResourceContext, properties: unknown): Promise<unknown>;
}

/** A resource type: what CloudFormation says of it, and how it is handled here. */
export interface ResourceType {
  readonly name: string;
  readonly schema: ResourceTypeSchema;
  readonly handler: ResourceHandler;
}

/** Describes how a resource type is handled. Its functions get properties that are typed by the specification. */
export function resource<Type extends TypeName, const Name extends string & keyof PropertiesOf<Type>>(
  type: Type,
  definition: HandlerDefinition<Type, Name>,
): ResourceHandler {
  return {
    type,
    lacks: [],
    replacesAlso: [],
    fixed: [],
    lacksUpdatesOf: [],
    ...definition,
  } as unknown as ResourceHandler;
}
