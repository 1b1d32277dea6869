import type { Stack, StackResource } from '../stacks/stack';
import { Cancelled, explainFailure } from './failure';
import { noteChange } from './resources/resource-events';

/** What is done to a stack, or to one of its resources. */
export type Kind = 'CREATE' | 'UPDATE';

/** The resources that failed in a deployment. */
export class FailedResources {
  private readonly failed: { logicalId: string; kind: Kind }[] = [];

  /** @param signal aborted when the deployment is cancelled: what fails of that does not count */
  constructor(
    private readonly stack: Stack,
    private readonly signal: AbortSignal,
  ) {}

  /** Whether there are some. */
  get any(): boolean {
    return this.failed.length > 0;
  }

  /** Writes a failure down. @throws the error again */
  fail(resource: StackResource, kind: Kind, error: unknown): never {
    const cancelled = error instanceof Cancelled || (this.signal.aborted && error === this.signal.reason);
    if (!cancelled) this.failed.push({ logicalId: resource.logicalId, kind });
    const reason = cancelled
      ? kind === 'CREATE'
        ? 'Resource creation cancelled'
        : 'Resource update cancelled'
      : explainFailure(error);
    noteChange(this.stack, resource, `${kind}_FAILED`, reason);
    throw error;
  }

  /** Why the deployment failed, as the stack's event says it. */
  explain(): string {
    const reason = this.signal.reason;
    if (this.failed.length === 0 && reason instanceof Cancelled) return reason.message;
    const list = (kind: Kind) =>
      this.failed.filter((one) => one.kind === kind).map(({ logicalId }) => logicalId);
    return (['CREATE', 'UPDATE'] as const)
      .filter((kind) => list(kind).length > 0)
      .map(
        (kind) => `The following resource(s) failed to ${kind.toLowerCase()}: [${list(kind).join(', ')}]. `,
      )
      .join('');
  }
}
