import type { Tag } from '@aws-sdk/client-cloudformation';
import type { z } from 'zod';
import type { Clients } from './clients';

/** What a resource is after it was made or changed. */
export interface Made {
  readonly id: string;
  /** What `Ref` gives, when that is not the physical id. */
  readonly ref?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** What the making, changing and deleting of a resource may use. */
export interface ResourceContext {
  readonly aws: Clients;
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  readonly logicalId: string;
  /** The stack's tags, CloudFormation's own (`aws:cloudformation:…`) and the resource's. */
  readonly tags: readonly Required<Tag>[];
  /** AWS's now. */
  now(): Date;
  /** Tells the physical id as soon as it is known, so that a failure afterwards does not lose the resource. */
  made(id: string): void;
  /** A name as CloudFormation makes them: `stack-LogicalId-RANDOM`. */
  physicalName(options?: { readonly max?: number; readonly lower?: boolean }): string;
  /** Asks again, about once a second of AWS's time, until there is an answer. */
  until<T>(ask: () => Promise<T | undefined>): Promise<T>;
  /** Passes when the resource's CreationPolicy is satisfied, at once when it has none. */
  signals(): Promise<void>;
}

export interface TagChange {
  readonly set: readonly Required<Tag>[];
  readonly removed: readonly string[];
}

/** A resource type with the properties that its schema describes. */
export interface Definition<Schema extends z.ZodType> {
  readonly properties: Schema;
  /** What `Fn::GetAtt` gives; `Outputs.*` stands for all that begin with `Outputs.`. */
  readonly attributes?: readonly string[];
  /** Properties whose change needs a new resource. */
  readonly replaceOn?: readonly (string & keyof z.output<Schema>)[];
  /** The property by which users name the resource themselves. */
  readonly name?: string & keyof z.output<Schema>;
  create(properties: z.output<Schema>, context: ResourceContext): Promise<Made>;
  /** Without it every change needs a new resource. */
  update?(
    id: string,
    properties: z.output<Schema>,
    previous: z.output<Schema>,
    context: ResourceContext,
  ): Promise<Omit<Made, 'id'> | undefined>;
  delete(id: string, properties: z.output<Schema>, context: ResourceContext): Promise<unknown>;
  retag?(id: string, change: TagChange, context: ResourceContext): Promise<unknown>;
}

/** A resource type as the engine sees it: with properties that its own schema has read. */
export interface ResourceType {
  readonly properties: z.ZodType;
  readonly attributes: readonly string[];
  readonly replaceOn: readonly string[];
  readonly name?: string;
  create(properties: unknown, context: ResourceContext): Promise<Made>;
  update?(
    id: string,
    properties: unknown,
    previous: unknown,
    context: ResourceContext,
  ): Promise<Omit<Made, 'id'> | undefined>;
  delete(id: string, properties: unknown, context: ResourceContext): Promise<unknown>;
  retag?(id: string, change: TagChange, context: ResourceContext): Promise<unknown>;
}

/** Describes a resource type; its handlers get properties that are typed by the schema. */
export function resource<Schema extends z.ZodType>(definition: Definition<Schema>): ResourceType {
  return { attributes: [], replaceOn: [], ...definition } as unknown as ResourceType;
}
