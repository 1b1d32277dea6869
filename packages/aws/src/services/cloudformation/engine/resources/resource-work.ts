import { durations } from '../../../../core/durations';
import { validationError } from '../../errors';
import { ServiceFailure } from '../../resources/clients';
import type { Made, ResourceContext, ResourceType, TagChange } from '../../resources/resource';
import { readProperties } from '../../resources/schema/read-properties';
import { findUnsupported } from '../../resources/schema/unsupported-properties';
import type { Stack, StackResource } from '../../stacks/stack';
import type { CloudFormationState } from '../../state';
import { Cancelled, isInUse, isNotFound } from '../failure';
import { physicalName } from './physical-name';
import { settling } from './settling';
import { awaitSignals } from './signals';

/** How long CloudFormation tries to delete what is still in use, in seconds of AWS time. */
const DELETE_PATIENCE = 600;
const DELETE_PAUSE = 5;

/** Makes, changes and deletes the resources of one stack through the services' own operations. */
export class ResourceWork {
  constructor(
    private readonly state: CloudFormationState,
    private readonly stack: Stack,
    private readonly signal: AbortSignal,
  ) {}

  /** The type of a resource that a checked template has. */
  async type(name: string): Promise<ResourceType> {
    const type = (await this.state.types()).get(name);
    if (!type) throw validationError(`Template format error: Unrecognized resource types: [${name}]`);
    return type;
  }

  /**
   * Checks the properties.
   *
   * @throws AwsError `ValidationError`, as CloudFormation's schema validation words it, or naming what is not supported here
   */
  private read(logicalId: string, type: ResourceType, given: unknown): unknown {
    const read = readProperties(type.name, type.schema, given);
    if (read.success) {
      const properties = read.properties as object;
      const [unsupported] = type.schema.isOpen ? [] : findUnsupported(type.handler, properties);
      if (unsupported === undefined) return properties;
      throw validationError(
        `Property ${unsupported} of ${type.name} is not supported by the embedded AWS (resource ${logicalId})`,
      );
    }
    const { violations } = read;
    const text =
      violations.length === 1
        ? violations[0]
        : [`#: ${violations.length} schema violations found`, ...violations].join('\n');
    throw validationError(`Properties validation failed for resource ${logicalId} with message:\n${text}`);
  }

  async create(
    resource: StackResource,
    creationPolicy: unknown,
    onMade: (id: string) => void,
  ): Promise<Made> {
    const type = await this.type(resource.type);
    const properties = this.read(resource.logicalId, type, resource.properties);
    const made = await type.handler.create(properties, this.context(resource, onMade, creationPolicy));
    const wait = settling[resource.type];
    if (wait) {
      if (resource.physicalId === '') onMade(made.id);
      await this.sleep(wait.seconds);
    }
    return made;
  }

  /** @throws Cancelled when the work is ended meanwhile */
  private async sleep(seconds: number): Promise<void> {
    const { signal } = this;
    if (signal.aborted) throw new Cancelled('Resource creation cancelled');
    await this.state.context.clock.sleep(seconds, signal).catch((reason: unknown) => {
      throw reason instanceof Cancelled ? reason : new Cancelled('Resource creation cancelled');
    });
  }

  async update(
    id: string,
    resource: StackResource,
    previous: StackResource['properties'],
  ): Promise<Partial<Made> | undefined> {
    const type = await this.type(resource.type);
    const next = this.read(resource.logicalId, type, resource.properties);
    const before = this.read(resource.logicalId, type, previous);
    return type.handler.update?.(id, next, before, this.context(resource));
  }

  async retag(id: string, resource: StackResource, change: TagChange): Promise<void> {
    const type = await this.type(resource.type);
    const properties = this.read(resource.logicalId, type, resource.properties);
    await type.handler.retag?.(id, change, this.context(resource), properties);
  }

  /** Deletes a resource; waits while something else still needs it. What is gone already is as good. */
  async delete(resource: StackResource): Promise<void> {
    const { clock } = this.state.context;
    const type = await this.type(resource.type);
    const properties = this.read(resource.logicalId, type, resource.properties);
    const until = clock.millis() + DELETE_PATIENCE * 1000;
    for (;;) {
      try {
        await type.handler.delete(resource.physicalId, properties, this.context(resource));
        return;
      } catch (error) {
        if (!(error instanceof ServiceFailure)) throw error;
        if (isNotFound(error.code)) return;
        if (!isInUse(error.code) || clock.millis() >= until) throw error;
      }
      await clock.sleep(DELETE_PAUSE, this.signal);
    }
  }

  private context(
    resource: StackResource,
    onMade: (id: string) => void = () => {},
    creationPolicy?: unknown,
  ): ResourceContext {
    const { context } = this.state;
    const { stack } = this;
    const until = async <T>(ask: () => Promise<T | undefined>): Promise<T> => {
      for (;;) {
        const answer = await ask();
        if (answer !== undefined) return answer;
        await this.sleep(durations.stackPoll.seconds);
      }
    };
    return {
      aws: this.state.clientsOf(stack),
      region: context.region,
      accountId: context.accountId,
      stackName: stack.name,
      stackId: stack.id,
      logicalId: resource.logicalId,
      type: resource.type,
      openMailbox: (requestId) =>
        this.state.mailboxes.open([stack.id, resource.logicalId, requestId].join('|')),
      updatePolicy: resource.updatePolicy,
      tags: resource.tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
      now: () => context.clock.now(),
      timeScale: context.clock.scale,
      made: onMade,
      physicalName: (options) => physicalName(stack.name, resource.logicalId, options),
      until,
      signals: () =>
        awaitSignals(creationPolicy, {
          signals: () => stack.signals.get(resource.logicalId) ?? [],
          now: () => context.clock.millis(),
          until,
        }),
    };
  }
}
