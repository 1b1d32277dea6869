import type { RefreshPreferences } from '@aws-sdk/client-auto-scaling';
import { createRecord, updateRecord } from '../../src/build/record';
import type { Target } from '../../src/build/state';
import { launchToken } from '../../src/image/instances';

/** The id of the build that tests tell of. */
export const BUILD = 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B6';

/** A target as Plan finds it, with what a test wants otherwise. */
export function makeTarget(more: Partial<Target> = {}): Target {
  return {
    autoScalingGroup: 'fleet',
    launchTemplateId: 'lt-1',
    currentVersion: '4',
    reference: '4',
    defaultVersion: '4',
    targetGroups: [],
    canRollBack: true,
    isFirstImage: false,
    isEmpty: false,
    verify: 'site',
    initialCapacity: 3,
    minHealthy: 100,
    maxHealthy: 200,
    bake: 0,
    autoRollback: true,
    alarms: [],
    skipMatching: true,
    scaleInProtected: 'wait',
    standby: 'wait',
    ...more,
  };
}

/** The preferences of a refresh that a build starts in that target, as AWS describes them: with what was not given filled in. */
export const PREFERENCES: RefreshPreferences = {
  MinHealthyPercentage: 100,
  MaxHealthyPercentage: 200,
  InstanceWarmup: 300,
  SkipMatching: true,
  AutoRollback: true,
  ScaleInProtectedInstances: 'Wait',
  StandbyInstances: 'Wait',
};

/** The group of that target, as Auto Scaling describes it while it is as planned. */
export function describePlanned(more: object = {}): { AutoScalingGroups: never[] } {
  const group = {
    AutoScalingGroupName: 'fleet',
    LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '4' },
    DesiredCapacity: 3,
    Instances: [],
    TargetGroupARNs: [],
    ...more,
  };
  return { AutoScalingGroups: [group as never] };
}

/** Writes the record of a running build. */
export async function openRecord(fields: Record<string, unknown> = {}): Promise<void> {
  await openRecordOf(BUILD, fields);
}

/** The same of another build than that which tests tell of. */
export async function openRecordOf(id: string, fields: Record<string, unknown> = {}): Promise<void> {
  await createRecord({ id, status: 'RUNNING', trigger: { kind: 'manual' }, parameters: {} });
  await updateRecord(id, { targets: [makeTarget()], ...fields });
}

/** The base instance of that build, as EC2 describes it. */
export const BASE_INSTANCE = {
  InstanceId: 'i-1',
  SubnetId: 'subnet-1',
  ClientToken: launchToken(BUILD, 'base', 'subnet-1'),
  Tags: [
    { Key: 'kiln:service', Value: 'kiln-test@us-east-1' },
    { Key: 'kiln:build', Value: BUILD },
    { Key: 'kiln:purpose', Value: 'base' },
  ],
};
