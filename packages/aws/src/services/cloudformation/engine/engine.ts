import type { Context } from '../../../core/context';
import { type Clients, ServiceFailure } from '../resources/clients';
import type { ResourceType } from '../resources/resource';
import type { Stacks } from '../stacks/stacks';

/** What the work on stacks stands on. */
export interface Engine {
  readonly context: Context;
  readonly aws: Clients;
  readonly stacks: Stacks;
  readonly types: (name: string) => ResourceType | undefined;
  /** Aborted when the region is disposed of. */
  readonly closing: AbortSignal;
}

/** Reads a parameter of the Parameter Store; undefined when there is none. */
export async function fetchParameter(aws: Clients, name: string): Promise<string | undefined> {
  try {
    return (await aws.ssm.GetParameter({ Name: name })).Parameter?.Value;
  } catch (error) {
    if (error instanceof ServiceFailure && /^Parameter(Version)?NotFound$/.test(error.code)) return undefined;
    throw error;
  }
}
