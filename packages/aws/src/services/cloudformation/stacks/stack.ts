import type { ResourceStatus, StackEvent, StackStatus, Tag } from '@aws-sdk/client-cloudformation';
import type { Call } from '../../../core/call';
import { uuid } from '../../../core/ids';
import type { ResolvedParameters } from '../template/parameters';
import type { Template } from '../template/template';

/** What a stack shall be, or is: the template with all that was given with it. */
export interface StackDefinition {
  readonly body: string;
  readonly template: Template;
  readonly parameters: ResolvedParameters;
  readonly tags: readonly Tag[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn?: string;
  readonly description?: string;
}

/** A resource that a stack has made. */
export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  physicalId: string;
  /** The template's properties, evaluated. */
  properties: Readonly<Record<string, unknown>>;
  /** The same with dynamic references as they are written. */
  written: Readonly<Record<string, unknown>>;
  /** The tags that it was last given, those of the stack included. */
  tags: readonly Tag[];
  /** Whether the template may ask for attributes of any name. */
  isOpen?: boolean;
  /** What `Ref` gives. */
  ref: unknown;
  attributes: Readonly<Record<string, unknown>>;
  /** Logical ids that it was made from. */
  dependencies: readonly string[];
  deletionPolicy: string;
  updateReplacePolicy: string;
  /** Its UpdatePolicy, evaluated. */
  updatePolicy?: unknown;
  metadata?: unknown;
  status: ResourceStatus;
  reason?: string;
  updated: Date;
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly exportName?: string;
}

/** An update that may still have to be taken back. */
export interface Undoable {
  /** @returns logical ids of resources for which that failed */
  rollBack(skipped: readonly string[]): Promise<string[]>;
  /** Deletes what it had made. */
  discard(): Promise<void>;
  /** Deletes what it has replaced. */
  deleteReplaced(): Promise<void>;
}

/** Events that are remembered of a stack; AWS remembers those of 90 days. */
const MOST_EVENTS = 10_000;

/** One stack: its definition, its resources and what happened to it. */
export class Stack {
  readonly id: string;
  definition?: StackDefinition;
  readonly resources = new Map<string, StackResource>();
  /** Resources that it had once. */
  readonly deleted: StackResource[] = [];
  outputs: readonly StackOutput[] = [];
  /** Values that events do not show. */
  readonly secrets = new Set<string>();
  /** Newest last; the newest ten thousand. */
  readonly events: StackEvent[] = [];
  /** Of the events. */
  private readonly eventIds = new Set<string>();
  /** Names of other stacks' exports that this one uses. */
  readonly imports = new Set<string>();
  /** Signals by logical id. */
  readonly signals = new Map<string, { id: string; success: boolean }[]>();
  status: StackStatus = 'REVIEW_IN_PROGRESS';
  statusReason?: string;
  updatedAt?: Date;
  deletedAt?: Date;
  terminationProtection = false;
  disableRollback = false;
  timeoutMinutes?: number;
  policyBody?: string;
  /** Instead of the policy, for the update that is under way. */
  passingPolicyBody?: string;
  changeSetId?: string;
  token?: string;
  /** Makes the calls by which its resources are made, changed and deleted. */
  rights?: () => Call;
  /** Ends an update that is under way. */
  cancelUpdate?: () => void;
  /** Ends the making of the stack for good: it is to be deleted. */
  abandon?: () => void;
  /** What is still to be taken back before the stack is stable again, newest last, and what it was then. */
  unstable?: { readonly deployments: readonly Undoable[]; readonly before?: StackDefinition };
  /** Resolves when nothing is in progress any more. */
  settled: Promise<void> = Promise.resolve();

  constructor(
    readonly name: string,
    place: { readonly region: string; readonly accountId: string },
    readonly createdAt: Date,
    private readonly now: () => Date,
  ) {
    this.id = `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${name}/${uuid()}`;
  }

  /** AWS's now. */
  time(): Date {
    return this.now();
  }

  get isDeleted(): boolean {
    return this.status === 'DELETE_COMPLETE';
  }

  get inProgress(): boolean {
    return this.status.endsWith('_IN_PROGRESS') && this.status !== 'REVIEW_IN_PROGRESS';
  }

  /** Gives the stack a new status and writes it down. */
  enter(status: StackStatus, reason?: string): void {
    this.status = status;
    this.statusReason = reason;
    this.note({
      LogicalResourceId: this.name,
      PhysicalResourceId: this.id,
      ResourceType: 'AWS::CloudFormation::Stack',
      ResourceStatus: status as ResourceStatus,
      ResourceStatusReason: reason,
    });
  }

  /** An event's id says what became of which resource when: a free one, where that happened twice in a millisecond. */
  private eventId({ LogicalResourceId, ResourceStatus }: Partial<StackEvent>, at: Date): string {
    const idAt = (time: number) => `${LogicalResourceId}-${ResourceStatus}-${new Date(time).toISOString()}`;
    let time = at.getTime();
    let id = idAt(time);
    while (this.eventIds.has(id)) {
      time += 1;
      id = idAt(time);
    }
    this.eventIds.add(id);
    return id;
  }

  /** Writes an event of a resource down. */
  note(event: Partial<StackEvent> & Pick<StackEvent, 'LogicalResourceId'>): void {
    const time = this.now();
    const isOwn = event.LogicalResourceId === this.name;
    const EventId = isOwn ? uuid() : this.eventId(event, time);
    if (this.events.length >= MOST_EVENTS)
      for (const { EventId: id = '' } of this.events.splice(0, MOST_EVENTS / 10)) this.eventIds.delete(id);
    this.events.push({
      ...event,
      StackId: this.id,
      StackName: this.name,
      EventId,
      Timestamp: time,
      ...(this.token !== undefined && { ClientRequestToken: this.token }),
    });
  }
}
