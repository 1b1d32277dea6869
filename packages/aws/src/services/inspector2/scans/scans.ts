import type { Instance } from '@aws-sdk/client-ec2';
import type { ScanStatus } from '@aws-sdk/client-inspector2';
import type { Cancel } from '../../../core/clock';
import type { Context } from '../../../core/context';
import { durations } from '../../../core/durations';
import type { Ec2Port, SsmPort } from '../../../core/ports';
import { announceFinding, announceScan } from './announce';
import { type FindingRecord, newFinding } from './finding';
import { summarize } from './image-scan';
import type { Vulnerability } from './vulnerabilities';

/** An instance that Inspector watches. */
export interface Watched {
  readonly instance: Instance;
  status: ScanStatus;
  lastScannedAt?: Date;
}

/**
 * What Inspector looks at and what it finds there. It scans instances with an agent of Systems Manager: once, and again when there is
 * something new to be found.
 * https://docs.aws.amazon.com/inspector/latest/user/scanning-ec2.html
 */
export class Scans {
  /** What there is to be found. */
  readonly vulnerabilities: Vulnerability[] = [];
  /** The oldest first. */
  readonly findings: FindingRecord[] = [];
  private readonly watched = new Map<string, Watched>();
  private readonly timers = new Map<string, Cancel>();
  private readonly stopListening: () => void;
  private isDisposed = false;

  constructor(
    private readonly context: Context,
    private readonly ec2: Ec2Port,
    private readonly ssm: SsmPort,
    private readonly isEnabled: () => boolean,
  ) {
    this.stopListening = ec2.onInstanceState((id, state) => this.obey(id, state));
  }

  dispose(): void {
    this.isDisposed = true;
    this.stopListening();
    for (const cancel of this.timers.values()) cancel();
  }

  /** What is scanned, or is to be. */
  list(): Watched[] {
    return [...this.watched.values()].map((one) => ({
      ...one,
      instance: this.ec2.instance(one.instance.InstanceId ?? '') ?? one.instance,
    }));
  }

  /** Inspector was enabled: it looks at all that runs. */
  begin(): void {
    for (const { InstanceId = '', State } of this.ec2.listInstances())
      if (State?.Name === 'running') this.watch(InstanceId);
  }

  /** Inspector was disabled: it forgets all that it found. */
  end(): void {
    for (const cancel of this.timers.values()) cancel();
    this.timers.clear();
    this.watched.clear();
    this.findings.splice(0);
  }

  /** From now on there is this to be found; what was scanned is scanned again. */
  add(vulnerability: Vulnerability): void {
    this.vulnerabilities.push(vulnerability);
    this.scanAllAgain();
  }

  /** There is nothing to be found any more. */
  clear(): void {
    this.vulnerabilities.splice(0);
    this.scanAllAgain();
  }

  /**
   * Scans an image itself, and tells EC2 what there is.
   * @throws RangeError where there is no such image
   */
  scanImage(imageId: string): void {
    const found = this.vulnerabilities.filter(
      (one) => one.instanceId === undefined && (one.imageId === undefined || one.imageId === imageId),
    );
    if (!this.ec2.noteScan(imageId, summarize(found, this.context.clock.now())))
      throw new RangeError(`there is no image ${imageId}`);
  }

  private scanAllAgain(): void {
    for (const [id, { lastScannedAt }] of this.watched)
      if (lastScannedAt) this.after(id, durations.inspectorScan.seconds, () => this.scan(id));
  }

  private obey(id: string, state: string): void {
    if (!this.isEnabled()) return;
    if (state === 'running') this.watch(id);
    const watched = this.watched.get(id);
    if (!watched) return;
    if (state === 'stopped') {
      this.cancel(id);
      watched.status = { statusCode: 'INACTIVE', reason: 'EC2_INSTANCE_STOPPED' };
    }
    if (state === 'terminated') {
      this.cancel(id);
      this.watched.delete(id);
      for (const finding of this.findings) if (finding.instanceId === id) this.close(finding);
    }
  }

  private watch(id: string): void {
    const instance = this.ec2.instance(id);
    if (!instance) return;
    const status = { statusCode: 'INACTIVE', reason: 'PENDING_INITIAL_SCAN' } as const;
    const { lastScannedAt } = this.watched.get(id) ?? {};
    this.watched.set(id, { instance, status, ...(lastScannedAt && { lastScannedAt }) });
    this.after(id, durations.inspectorDiscovery.seconds, () => this.lookForAgent(id));
  }

  private async lookForAgent(id: string): Promise<void> {
    const isManaged = await this.ssm.isManaged(id);
    const isTold = isManaged && (await this.ssm.tellsInventory(id));
    const watched = this.watched.get(id);
    if (!watched) return;
    // https://docs.aws.amazon.com/inspector/v2/APIReference/API_ScanStatus.html
    watched.status = isTold
      ? { statusCode: 'ACTIVE', reason: 'PENDING_INITIAL_SCAN' }
      : { statusCode: 'INACTIVE', reason: isManaged ? 'NO_INVENTORY' : 'UNMANAGED_EC2_INSTANCE' };
    if (isTold) this.after(id, durations.inspectorScan.seconds, () => this.scan(id));
    else this.after(id, durations.inspectorDiscovery.seconds, () => this.lookForAgent(id));
  }

  private scan(id: string): void {
    const watched = this.watched.get(id);
    const instance = this.ec2.instance(id);
    if (!watched || !instance) return;
    const now = this.context.clock.now();
    const isFirst = watched.lastScannedAt === undefined;
    watched.lastScannedAt = now;
    watched.status = { statusCode: 'ACTIVE', reason: 'SUCCESSFUL' };
    const present = this.vulnerabilities.filter((one) => isOn(instance, one));
    const open = this.findings.filter(
      ({ instanceId, shown }) => instanceId === id && shown.status === 'ACTIVE',
    );
    for (const finding of open)
      if (present.includes(finding.vulnerability)) finding.shown = { ...finding.shown, lastObservedAt: now };
      else this.close(finding);
    for (const vulnerability of present) {
      if (open.some((finding) => finding.vulnerability === vulnerability)) continue;
      const made = newFinding(this.context, instance, vulnerability);
      this.findings.push(made);
      announceFinding(this.context.bus, made.shown);
    }
    const found = this.findings.filter(
      ({ instanceId, shown }) => instanceId === id && shown.status === 'ACTIVE',
    );
    if (isFirst)
      announceScan(
        this.context.bus,
        id,
        found.map(({ shown }) => shown),
      );
  }

  private close(finding: FindingRecord): void {
    if (finding.shown.status === 'CLOSED') return;
    finding.shown = { ...finding.shown, status: 'CLOSED', updatedAt: this.context.clock.now() };
    announceFinding(this.context.bus, finding.shown);
  }

  private after(id: string, seconds: number, callback: () => void | Promise<void>): void {
    this.cancel(id);
    const run = async () => {
      await callback();
    };
    const cancel = this.context.clock.after(seconds, () => {
      this.timers.delete(id);
      run().catch((error: unknown) => {
        // The account may go meanwhile.
        if (!this.isDisposed) throw error;
      });
    });
    this.timers.set(id, cancel);
  }

  private cancel(id: string): void {
    this.timers.get(id)?.();
    this.timers.delete(id);
  }
}

function isOn(instance: Instance, { imageId, instanceId }: Vulnerability): boolean {
  return (
    (imageId === undefined || imageId === instance.ImageId) &&
    (instanceId === undefined || instanceId === instance.InstanceId)
  );
}
