import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { endBuild } from '../../../src/build/end/end';
import { planBuild } from '../../../src/build/plan/plan';
import { updateRecord } from '../../../src/build/record';
import { type IncomingRequest, requestBuild } from '../../../src/build/request';
import { makeFolder, removeFolders } from '../pipeline/folders';
import { useRoomyQuotas } from '../quotas';
import { useTable } from '../table';

const BASE = 'ami-0123456789abcdef0';

export type More = Partial<Pick<IncomingRequest, 'force' | 'once' | 'rollback' | 'rollout' | 'plan'>> & {
  kind?: 'http' | 'schedule';
};

/** A pipeline named web without groups, in an AWS of mocks, and builds of it that are requested, planned and ended for real. */
export function useBakes() {
  const ec2 = mockClient(EC2Client);
  const iam = mockClient(IAMClient);
  const s3 = mockClient(S3Client);
  const events = mockClient(EventBridgeClient);
  const sfn = mockClient(SFNClient);
  const sns = mockClient(SNSClient);
  const autoScaling = mockClient(AutoScalingClient);
  /** The images that EC2 has, by their ids. */
  const available = new Set<string>();
  let made = 0;
  useTable();
  useRoomyQuotas();
  afterEach(removeFolders);

  const usePipeline = ({ image = '', script = 'true', base = BASE, path = '/', rollout = '[]' } = {}) => {
    process.env.LAMBDA_TASK_ROOT = makeFolder({
      'pipelines/web/pipeline.yml': `
base: { image: ${base}, instanceType: t3.micro }
image: { test: false ${image} }
healthy: { path: ${path} }
rollout: ${rollout}
parameters: { REVISION: { default: main } }
`,
      'pipelines/web/user-data.sh': `#!/bin/bash\n${script}\n`,
    });
  };

  beforeEach(() => {
    for (const client of [ec2, iam, s3, events, sfn, sns, autoScaling]) client.reset();
    events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
    sfn.on(StartExecutionCommand).resolves({});
    sns.on(PublishCommand).resolves({});
    available.clear();
    available.add(BASE);
    ec2.onAnyCommand().resolves({});
    ec2.on(DescribeImagesCommand).callsFake(({ ImageIds, Filters = [] }) => {
      const asked: string[] = ImageIds ?? Filters[0]?.Values ?? [];
      const Images = asked
        .filter((id) => available.has(id))
        .map((ImageId) => ({ ImageId, State: 'available', RootDeviceType: 'ebs' }));
      return { Images };
    });
    usePipeline();
    process.env.KILN_BASE_ROLE = 'arn:aws:iam::000000000000:role/base';
    iam.on(SimulatePrincipalPolicyCommand).callsFake(({ ResourceArns = [] }) => ({
      EvaluationResults: ResourceArns.map((EvalResourceName: string) => ({
        EvalResourceName,
        EvalDecision: 'allowed',
      })),
    }));
  });

  /** Plans the build whose execution was started last, with what that was started with. */
  async function planLast(id: string) {
    const [start] = sfn.commandCalls(StartExecutionCommand).slice(-1);
    const request = JSON.parse(start?.args[0].input.input ?? '{}');
    return planBuild({ build: { id }, stage: 'Plan', request });
  }

  /** A build as its request and its Plan make it; it is still running. */
  async function plan(parameters: Record<string, string> = {}, { kind = 'http', ...more }: More = {}) {
    const request = { pipeline: 'web', parameters, trigger: { kind, by: 'ada' }, ...more };
    return planLast((await requestBuild(request)).id);
  }

  /** A build that bakes, rolls out, and succeeds. @returns its id and its image */
  async function bake(parameters: Record<string, string> = {}, more: More = {}) {
    const { build, plan: planned } = await plan(parameters, more);
    expect(planned.reuse).toBeUndefined();
    made += 1;
    const imageId = `ami-made${made}`;
    available.add(imageId);
    const rollouts = { fleet: { launchTemplateId: 'lt-1', version: String(made) } };
    await updateRecord(build.id, { imageId, rollouts });
    await endBuild(build.id);
    return { id: build.id, imageId };
  }

  return { ec2, s3, autoScaling, available, usePipeline, plan, planLast, bake };
}
