import { DescribeImagesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeExecutionCommand,
  ExecutionDoesNotExist,
  InvalidExecutionInput,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { endBuild, failBuild } from '../../src/build/end/end';
import { releaseLock } from '../../src/build/lock';
import { planBuild } from '../../src/build/plan/plan';
import { findRecord, listRecords, moveStatus } from '../../src/build/record';
import { makeFolder, removeFolders } from '../unit/pipeline/folders';
import { useRoomyQuotas } from '../unit/quotas';
import { useSites } from '../unit/sites';
import { useTable } from '../unit/table';

export const context = { functionName: 'test' } as Context;

export const PIPELINES = ['shop', 'strict', 'plain'];

const BASE = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }';

/** Each with the events that start it. */
const DEFINITIONS = {
  shop: `${BASE}
parameters: { SITE: { default: 'resolve:ssm:/kiln/shop/site', pattern: '^s3://' }, length: { default: '' }, toJSON: { default: x } }
triggers:
  holdAfter: 100
  events:
    - pattern: { source: [com.example.site], detail-type: [Site Released] }
      parameters: { SITE: $.detail.site }
    - pattern:
        source: [aws.ssm]
        detail-type: [Parameter Store Change]
        detail: { name: [/kiln/shop/site], operation: [Create, Update] }
`,
  strict: `${BASE}
parameters: { REVISION: { pattern: '^v[0-9]+$' }, SLOW: { default: a, pattern: '^(a|a)+$' } }
triggers:
  holdAfter: 100
  events:
    - pattern: { source: [com.example.ci], detail: { status: [passed], branch: [{ prefix: main }] } }
      parameters: { REVISION: '$.detail.builds[0].revision', SLOW: $.detail.slow }
`,
  plain: `${BASE}
whenBusy: reject
triggers:
  holdAfter: 100
  events:
    - pattern: { source: [aws.s3], detail-type: [Object Created], detail: { object: { key: [{ prefix: web/ }] } } }
`,
};

/** What Step Functions was asked to start. */
export interface Started {
  readonly name: string;
  readonly input: string;
}

/**
 * Gives the tests of a file three pipelines, the table, and AWS as far as these builds meet it: as it counts the length of a name, and
 * the bytes of an input that is JSON.
 *
 * @returns what was started in the test, in its order; how to read the whole table; the AWS clients, of which only what is said here answers
 */
export function useService() {
  const ec2 = mockClient(EC2Client);
  const events = mockClient(EventBridgeClient);
  const iam = mockClient(IAMClient);
  const s3 = mockClient(S3Client);
  const sfn = mockClient(SFNClient);
  const sns = mockClient(SNSClient);
  const started: Started[] = [];
  const { readAll } = useTable();
  useRoomyQuotas();
  useSites({ '/kiln/shop/site': 's3://newest' });
  afterAll(removeFolders);

  beforeAll(() => {
    const files = Object.entries(DEFINITIONS).flatMap(([name, definition]) => [
      [`pipelines/${name}/pipeline.yml`, definition],
      [`pipelines/${name}/user-data.sh`, '#!/bin/bash\n'],
    ]);
    process.env.LAMBDA_TASK_ROOT = makeFolder(Object.fromEntries(files));
    process.env.KILN_BASE_ROLE = 'arn:aws:iam::123456789012:role/base';
  });

  beforeEach(() => {
    started.length = 0;
    for (const client of [ec2, events, iam, s3, sfn, sns]) client.reset();
    s3.on(HeadObjectCommand).resolves({ ETag: '"1"' });
    events.on(PutEventsCommand).resolves({ FailedEntryCount: 0, Entries: [{ EventId: 'e-1' }] });
    sns.on(PublishCommand).resolves({});
    iam.on(SimulatePrincipalPolicyCommand).callsFake(({ ActionNames, ResourceArns }) => ({
      EvaluationResults: ResourceArns.map((resource: string) => ({
        EvalActionName: ActionNames[0],
        EvalResourceName: resource,
        EvalDecision: 'allowed',
      })),
    }));
    ec2.resolves({} as never);
    ec2.on(DescribeImagesCommand).resolves({
      Images: [{ ImageId: 'ami-0123456789abcdef0', State: 'available', RootDeviceType: 'ebs' }],
    });
    sfn.on(DescribeExecutionCommand).callsFake(({ executionArn = '' }) => {
      if (started.some(({ name }) => executionArn.endsWith(`:${name}`))) return { status: 'RUNNING' };
      throw new ExecutionDoesNotExist({ message: 'none', $metadata: {} });
    });
    sfn.on(StartExecutionCommand).callsFake(({ name = '', input = '' }) => {
      started.push({ name, input });
      const isName = /^[A-Za-z0-9-]{1,80}$/.test(name);
      if (isName && Buffer.byteLength(input) <= 262_144 && JSON.parse(input)) return {};
      throw new InvalidExecutionInput({ message: 'refused', $metadata: {} });
    });
  });
  return { started, readAll, clients: { ec2, events, sfn, sns } };
}

/** How many builds the table knows of. */
export async function countBuilds(): Promise<number> {
  const records = await Promise.all(PIPELINES.map((pipeline) => listRecords(pipeline, 1_000_000)));
  return records.flat().length;
}

/** How a build ends. Most only make room for the next: a whole one is long. */
export const ends = fc.constantFrom(
  ...['free', 'free', 'free', 'free', 'free', 'plan', 'plan', 'plan', 'succeed', 'fail'],
);

/** What was accepted is planned: nothing that its caller got wrong is left to be found then. */
export async function planAndEnd(build: Started | undefined, end: string): Promise<void> {
  if (!build) return;
  const record = await findRecord(build.name);
  if (record?.status !== 'RUNNING') return;
  const { id, pipeline } = record;
  if (end !== 'free') {
    const planned = await planBuild({ build: { id }, stage: 'Plan', request: JSON.parse(build.input) });
    expect(Buffer.byteLength(JSON.stringify(planned))).toBeLessThanOrEqual(262_144);
  }
  if (end === 'succeed') await endBuild(id);
  else if (end === 'fail') await failBuild(id, 'FAILED', { name: 'SiteNotHealthy', message: 'no' });
  else {
    await moveStatus(id, ['RUNNING'], 'ABORTED');
    await releaseLock(pipeline, id);
  }
}

type Rules = Record<string, (value: string) => boolean>;

/** What the pipelines above say of their parameters, in other words than the code's. */
const RULES: Record<string, Rules> = {
  shop: {
    SITE: (value) => /^s3:\/\//.test(value) || value === 'resolve:ssm:/kiln/shop/site',
    length: () => true,
    toJSON: () => true,
  },
  strict: { REVISION: (value) => /^v[0-9]+$/.test(value), SLOW: (value) => /^a+$/.test(value) },
  plain: {},
};

/** Whether a pipeline may be built with these parameters, as far as they are given. */
export function mayHave(pipeline: string, parameters: Record<string, unknown>): boolean {
  return Object.entries(parameters).every(
    ([name, value]) =>
      typeof value === 'string' &&
      !value.includes('\0') &&
      value.isWellFormed() &&
      RULES[pipeline]?.[name]?.(value),
  );
}
