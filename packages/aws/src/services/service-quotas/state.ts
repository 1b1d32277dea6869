import type { RequestStatus } from '@aws-sdk/client-service-quotas';
import type { PublishedQuota } from '../../../data/service-quotas.json';
import published from '../../../data/service-quotas.json';
import type { Context } from '../../core/context';
import { durations } from '../../core/durations';
import type { Operation, OperationsOf } from '../../core/service';
import { alreadyExists, illegalArgument, noSuchResource } from './errors';

export type Client = typeof import('@aws-sdk/client-service-quotas');

/** One of Service Quotas' operations. */
export type Op<Name extends keyof OperationsOf<Client>> = Operation<Client, ServiceQuotasState, Name>;

/** An increase that somebody asked for. */
export interface QuotaChange {
  readonly id: string;
  readonly quota: PublishedQuota;
  readonly desired: number;
  readonly requester: string;
  readonly createdAt: Date;
  updatedAt: Date;
  status: RequestStatus;
}

/** What this account has been granted beyond AWS's defaults: the vCPUs of Standard instances. */
const GRANTED: Readonly<Record<string, number>> = { 'L-1216C47A': 640 };

/** The quotas of an account in one region. */
export class ServiceQuotasState {
  readonly changes: QuotaChange[] = [];
  private readonly applied = new Map(Object.entries(GRANTED));

  constructor(readonly context: Context) {}

  /** The quotas of a service. @throws AwsError `NoSuchResourceException` for a service of which none is known */
  of(service: string | undefined): PublishedQuota[] {
    const found = published.filter((quota) => quota.service === service);
    if (found.length > 0) return found;
    throw noSuchResource('The request failed because the specified service does not exist.');
  }

  /** @throws AwsError `NoSuchResourceException` */
  quota(service: string | undefined, code: string | undefined): PublishedQuota {
    const found = this.of(service).find((quota) => quota.code === code);
    if (found) return found;
    throw noSuchResource('The request failed because the specified quota does not exist.');
  }

  /** What holds for the account now. */
  value({ code, value }: Pick<PublishedQuota, 'code' | 'value'>): number {
    return this.applied.get(code) ?? value;
  }

  /** What holds of a quota of EC2. @param code `L-1216C47A` */
  valueOf(code: string): number {
    return this.value(this.quota('ec2', code));
  }

  /** Sets what holds, as AWS's support does. */
  apply(code: string, value: number): void {
    this.applied.set(code, value);
  }

  /** Notes an increase, which is granted after a while. @throws AwsError */
  ask(change: QuotaChange): QuotaChange {
    const { quota, desired } = change;
    if (desired <= this.value(quota))
      throw illegalArgument(
        `You must provide a quota value greater than the current quota value ${this.value(quota)}.`,
      );
    if (this.changes.some((one) => one.quota === quota && one.status !== 'APPROVED'))
      throw alreadyExists('Only one open service quota increase request is allowed per quota.');
    this.changes.push(change);
    this.context.clock.after(durations.quotaIncrease.seconds, () => {
      this.apply(quota.code, desired);
      change.status = 'APPROVED';
      change.updatedAt = this.context.clock.now();
    });
    return change;
  }
}
