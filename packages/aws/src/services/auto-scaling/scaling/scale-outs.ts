import type { Context } from '../../../core/context';
import { activeInstances, capacityOf, type Group } from '../records/group';

/** Marks how long each scale-out lasts. */
export class ScaleOuts {
  private readonly scaleOuts = new Map<Group, () => void>();

  constructor(private readonly context: Context) {}

  /** Begins one, unless one lasts. */
  begin(group: Group): void {
    if (this.scaleOuts.has(group)) return;
    this.scaleOuts.set(group, this.context.ledger.begin('scale-out', group.name, this.context.region));
  }

  /** A scale-out lasts until all are in service and, where there are target groups, healthy in them. */
  endIfSettled(group: Group): void {
    const end = this.scaleOuts.get(group);
    if (!end) return;
    const active = activeInstances(group);
    const settled = active.every((instance) => instance.lifecycle === 'InService' && instance.balanced);
    if ((!settled || capacityOf(active) < group.desired) && !group.deleting) return;
    this.scaleOuts.delete(group);
    end();
  }
}
