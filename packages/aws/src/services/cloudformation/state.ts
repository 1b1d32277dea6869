import { setMaxListeners } from 'node:events';
import { AwsError } from '../../core/aws-error';
import type { Call } from '../../core/call';
import type { Context } from '../../core/context';
import type { Operation, OperationsOf } from '../../core/service';
import { type Clients, makeClients } from './resources/clients';
import type { ResourceType } from './resources/resource';
import { Mailboxes } from './stacks/mailboxes';
import type { Roles } from './stacks/rights';
import type { Stack } from './stacks/stack';
import { Stacks } from './stacks/stacks';

export type Client = typeof import('@aws-sdk/client-cloudformation');

/** One of CloudFormation's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, CloudFormationState, Name>;

/** The resource types that templates may use, by name. */
export type ResourceTypes = ReadonlyMap<string, ResourceType>;

/** CloudFormation of one region: its stacks, and what it makes resources with. */
export class CloudFormationState {
  readonly stacks: Stacks;
  /** The other services of the region. */
  readonly aws: Clients;
  /** Where custom resources answer. */
  readonly mailboxes: Mailboxes;
  private readonly shutdown = new AbortController();
  private loading?: Promise<ResourceTypes>;

  constructor(
    readonly context: Context,
    readonly iam: Roles,
  ) {
    this.stacks = new Stacks(context);
    this.aws = makeClients(context);
    this.mailboxes = new Mailboxes(context);
    // All that is made or waited for listens to it.
    setMaxListeners(0, this.shutdown.signal);
  }

  /** The other services, called with these rights. */
  clientsWith(rights: () => Call): Clients {
    return makeClients(this.context, rights);
  }

  /** The other services, called with the rights that a stack's resources are made with. */
  clientsOf({ rights }: Stack): Clients {
    return rights ? this.clientsWith(rights) : this.aws;
  }

  /** Aborted when the region is disposed of. */
  get closing(): AbortSignal {
    return this.shutdown.signal;
  }

  /** The resource types. They, their schemas and the clients that these name are large: they are read when a template is first given. */
  types(): Promise<ResourceTypes> {
    this.loading ??= this.context.clock.loading(
      'resource types',
      import('./resources/types').then(({ loadTypes }) => loadTypes()),
    );
    return this.loading;
  }

  dispose(): void {
    this.shutdown.abort(new AwsError('ServiceUnavailable', 'CloudFormation was shut down', 503));
  }
}
