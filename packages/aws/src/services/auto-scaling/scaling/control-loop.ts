import type { Context } from '../../../core/context';
import { HealthChecks } from '../health/health-checks';
import { Members } from '../instances/instance-lifecycle';
import type { KeeperParts } from '../keeper-parts';
import type { Group } from '../records/group';
import { Sizing } from './capacity';
import { ScaleOuts } from './scale-outs';

/** Keeps groups as they shall be: turn by turn, one turn of a group at a time. */
export class Keeper {
  readonly members: Members;
  private readonly health: HealthChecks;
  private readonly scaleOuts: ScaleOuts;
  private readonly sizing: Sizing;
  private readonly running = new Map<Group, { again: boolean }>();
  private disposed = false;

  constructor(
    context: Context,
    private readonly parts: KeeperParts,
  ) {
    this.members = new Members(context, parts);
    this.health = new HealthChecks(context, parts, this.members);
    this.scaleOuts = new ScaleOuts(context);
    this.sizing = new Sizing(context, parts, this.members, this.scaleOuts, () => this.disposed);
  }

  /** Lets the group take a turn soon: after anything that may matter to it. */
  wake(group: Group): void {
    const run = this.running.get(group);
    if (run) run.again = true;
    else if (!this.disposed) void this.run(group);
  }

  /** Ends what is under way, as soon as it can. */
  dispose(): void {
    this.disposed = true;
  }

  private async run(group: Group): Promise<void> {
    const run = { again: true };
    this.running.set(group, run);
    try {
      while (run.again && !this.disposed) {
        run.again = false;
        await this.turn(group);
      }
    } catch (error) {
      // The next tick tries again; whoever runs the embedded AWS must see it.
      if (!this.disposed) console.error(`Auto Scaling group ${group.name}:`, error);
    } finally {
      this.running.delete(group);
    }
  }

  private async turn(group: Group): Promise<void> {
    for (const member of [...group.members.values()]) await this.members.settle(group, member);
    await this.health.checkHealth(group);
    const orders = await this.parts.refresher.step(group);
    for (const member of orders?.terminate ?? []) {
      await this.members.terminate(
        group,
        member,
        `At ${this.parts.activities.stamp()} an instance was taken out of service in response to an instance refresh.`,
      );
    }
    const capacity = orders?.capacity ?? group.desired + Number(this.sizing.isEvening(group));
    await this.sizing.shrink(group, capacity);
    await this.sizing.fill(group, capacity);
    if (!orders) await this.sizing.even(group);
    this.scaleOuts.endIfSettled(group);
    if (group.deleting && group.members.size === 0) this.parts.onEmpty(group);
  }
}
