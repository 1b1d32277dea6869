import type { Stack, StackResource } from '../stacks/stack';
import type { CloudFormationState } from '../state';
import { explainFailure } from './failure';
import { noteChange } from './resources/resource-events';
import { diffTags } from './resources/resource-tags';
import { ResourceWork } from './resources/resource-work';
import { changedKeys } from './values/equal';

/** How to take back what was done to a resource. */
type Undo =
  | { readonly kind: 'made'; readonly resource: StackResource }
  | { readonly kind: 'replaced'; readonly old: StackResource; readonly resource: StackResource }
  | {
      readonly kind: 'changed';
      readonly before: StackResource;
      readonly resource: StackResource;
      /** What it was to become, and became if that did not fail. */
      readonly wanted: Pick<StackResource, 'properties' | 'tags'>;
    };

/** What a deployment has done, oldest first, so that it can be taken back. */
export class UndoList {
  private entries: Undo[] = [];

  constructor(
    private readonly state: CloudFormationState,
    private readonly stack: Stack,
  ) {}

  /** Notes what is about to be done. */
  add(entry: Undo): void {
    this.entries.push(entry);
  }

  /** Resources that were made, replacements included. */
  made(): StackResource[] {
    return this.entries.flatMap((entry) => (entry.kind === 'changed' ? [] : [entry.resource]));
  }

  /**
   * Takes back the changes of an update; what is taken back once is not again.
   *
   * @param skipped logical ids to leave as they are
   * @returns logical ids for which that failed
   */
  async rollBack(skipped: readonly string[] = []): Promise<string[]> {
    const failed = new Set<Undo>();
    for (const entry of [...this.entries].reverse()) {
      if (entry.kind === 'replaced') this.stack.resources.set(entry.old.logicalId, entry.old);
      if (entry.kind === 'changed' && !(await this.takeBack(entry, skipped))) failed.add(entry);
    }
    this.entries = this.entries.filter((entry) => entry.kind !== 'changed' || failed.has(entry));
    return [...failed].flatMap((entry) => (entry.kind === 'changed' ? [entry.resource.logicalId] : []));
  }

  /** @returns whether that succeeded */
  private async takeBack(
    { before, resource, wanted }: Undo & { kind: 'changed' },
    skipped: readonly string[],
  ): Promise<boolean> {
    const { physicalId: current } = resource;
    Object.assign(resource, before);
    if (!skipped.includes(resource.logicalId)) {
      noteChange(this.stack, resource, 'UPDATE_IN_PROGRESS');
      const tags = diffTags(
        wanted.tags,
        before.tags.map(({ Key = '', Value = '' }) => ({ Key, Value })),
      );
      try {
        const work = new ResourceWork(this.state, this.stack, this.state.closing);
        if (changedKeys(wanted.properties, before.properties).length > 0) {
          const made = await work.update(current, resource, wanted.properties);
          // What had taken its place during the update goes with what the update has made.
          if (made?.id !== undefined && made.id !== current) {
            Object.assign(resource, { physicalId: made.id, ref: made.ref ?? made.id });
            this.entries.push({ kind: 'made', resource: { ...resource, ...wanted, physicalId: current } });
          } else resource.physicalId = current;
        }
        if (tags) await work.retag(resource.physicalId, resource, tags);
      } catch (error) {
        noteChange(this.stack, resource, 'UPDATE_FAILED', explainFailure(error));
        return false;
      }
    }
    noteChange(this.stack, resource, 'UPDATE_COMPLETE');
    return true;
  }
}
