import type { ResourceScanType, Status } from '@aws-sdk/client-inspector2';
import type { Context } from '../../core/context';
import { durations } from '../../core/durations';
import type { Ec2Port, IamPort, SsmPort } from '../../core/ports';
import type { Operation, OperationsOf } from '../../core/service';
import { Scans } from './scans/scans';

export type Client = typeof import('@aws-sdk/client-inspector2');

/** One of Inspector's operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, InspectorState, Name>;

/** The services that Inspector looks into. */
export interface Needs {
  readonly ec2: Ec2Port;
  readonly iam: IamPort;
  readonly ssm: SsmPort;
}

/** Amazon Inspector in one region: what it scans, and what it has found. */
export class InspectorState {
  readonly scans: Scans;
  /** Of the kinds of resources that it was told to scan. */
  private readonly statuses = new Map<ResourceScanType, Status>();

  constructor(
    readonly context: Context,
    readonly needs: Needs,
  ) {
    this.scans = new Scans(context, needs.ec2, needs.ssm, () => this.statusOf('EC2') === 'ENABLED');
  }

  dispose(): void {
    this.scans.dispose();
  }

  statusOf(type: ResourceScanType): Status {
    return this.statuses.get(type) ?? 'DISABLED';
  }

  /** Of the account as a whole. */
  get status(): Status {
    const all = [...this.statuses.values()];
    return (['ENABLED', 'ENABLING', 'DISABLING'] as const).find((one) => all.includes(one)) ?? 'DISABLED';
  }

  enable(types: readonly ResourceScanType[]): void {
    const enabling = types.filter((type) => this.statusOf(type) !== 'ENABLED');
    for (const type of enabling) this.statuses.set(type, 'ENABLING');
    this.context.clock.after(durations.inspectorEnabled.seconds, () => {
      for (const type of enabling) if (this.statusOf(type) === 'ENABLING') this.statuses.set(type, 'ENABLED');
      if (enabling.includes('EC2')) this.scans.begin();
    });
  }

  disable(types: readonly ResourceScanType[]): void {
    for (const type of types) this.statuses.set(type, 'DISABLED');
    if (types.includes('EC2')) this.scans.end();
  }
}
