import {
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  EC2Client,
  type Instance,
} from '@aws-sdk/client-ec2';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { mockClient } from 'aws-sdk-client-mock';
import { checkVcpus } from '../../../src/build/plan/vcpus';
import { updateRecord } from '../../../src/build/record';
import type { Target } from '../../../src/build/state';
import { PipelineDefinition } from '../../../src/pipeline/definition/definition';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const quotas = mockClient(ServiceQuotasClient);
process.env.AWS_REGION = 'us-east-1';
useTable();

const VCPUS: Record<string, number> = { 't3.micro': 2, 'm5.2xlarge': 8, 'g5.xlarge': 4 };
const NAMES: Record<string, string> = {
  'L-1216C47A': 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
  'L-DB2E81BA': 'Running On-Demand G and VT instances',
};

const pipelineOf = (instanceType: string, test = true) => ({
  name: 'web',
  definition: PipelineDefinition.parse({ base: { image: 'ami-01234567', instanceType }, image: { test } }),
  userDataScript: '#!/bin/bash\n',
});

const target = (autoScalingGroup: string, servers: number, more: Partial<Target> = {}) =>
  ({ autoScalingGroup, isFirstImage: false, adds: { servers, instanceType: 't3.micro' }, ...more }) as Target;

const running = (count: number, more: Partial<Instance> = {}): Instance[] =>
  Array.from({ length: count }, () => ({
    InstanceType: 't3.micro',
    CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 },
    ...more,
  }));

/** What the account has: instances that run, and quotas. */
function useAccount(instances: Instance[], values: Record<string, number>): void {
  ec2.reset();
  quotas.reset();
  ec2.on(DescribeInstanceTypesCommand).callsFake(({ InstanceTypes }: { InstanceTypes: string[] }) => ({
    InstanceTypes: InstanceTypes.map((InstanceType) => ({
      InstanceType,
      VCpuInfo: { DefaultVCpus: VCPUS[InstanceType] },
    })),
  }));
  ec2
    .on(DescribeInstancesCommand)
    .callsFake(({ NextToken }) =>
      NextToken
        ? { Reservations: [{ Instances: instances.slice(1) }] }
        : { Reservations: [{ Instances: instances.slice(0, 1) }], NextToken: 'more' },
    );
  quotas
    .on(GetServiceQuotaCommand)
    .callsFake(({ QuotaCode }) => ({ Quota: { QuotaName: NAMES[QuotaCode], Value: values[QuotaCode] } }));
}

test('the types of many groups are described a hundred at a time, as EC2 lets them be', async () => {
  useAccount([], { 'L-1216C47A': 1000 });
  const targets = Array.from({ length: 3 }, (_, group) => {
    const orTypes = Array.from({ length: 40 }, (__, at) => `m${group}.size${at}`);
    return target(`group-${group}`, 1, { adds: { servers: 1, instanceType: 't3.micro', orTypes } });
  });
  await checkVcpus(pipelineOf('t3.micro'), targets);
  const asked = ec2.commandCalls(DescribeInstanceTypesCommand).map(({ args }) => args[0].input.InstanceTypes);
  expect(asked.map((types) => types?.length)).toEqual([100, 21]);
  expect(new Set(asked.flat()).size).toBe(121);
});

test('a build for which there is just room is planned, by one question for each quota', async () => {
  useAccount(running(2), { 'L-1216C47A': 10 });
  await checkVcpus(pipelineOf('t3.micro'), [target('web', 2), target('api', 1)]);
  expect(quotas.commandCalls(GetServiceQuotaCommand).map(({ args: [{ input }] }) => input)).toEqual([
    { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' },
  ]);
  expect(ec2.commandCalls(DescribeInstancesCommand)[0]?.args[0].input.Filters).toEqual([
    { Name: 'instance-state-name', Values: ['pending', 'running'] },
  ]);
});

test('the servers of other builds, which end in minutes, take no room from a build of the same night', async () => {
  const Tags = [
    { Key: 'kiln:build', Value: 'api-01KAS2N4Q7T9V0W1X2Y3Z4A5B6' },
    { Key: 'kiln:purpose', Value: 'base' },
  ];
  useAccount([...running(2), ...running(3, { Tags })], { 'L-1216C47A': 8 });
  await checkVcpus(pipelineOf('t3.micro'), [target('web', 2)]);
  useAccount([...running(3), ...running(3, { Tags })], { 'L-1216C47A': 8 });
  await expect(checkVcpus(pipelineOf('t3.micro'), [target('web', 2)])).rejects.toThrow(
    'beside the 6 that are in use: up to 10',
  );
});

test('a server of a failed build that is held for people is counted until it goes', async () => {
  const Tags = [
    { Key: 'kiln:purpose', Value: 'base' },
    { Key: 'kiln:build', Value: BUILD },
  ];
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await openRecord({ heldServer: { instanceId: 'i-1', purpose: 'base', until } });
  const held = running(1, { Tags, InstanceId: 'i-1' });
  const another = running(1, { Tags, InstanceId: 'i-2' });
  useAccount([...held, ...another], { 'L-1216C47A': 3 });
  await expect(checkVcpus(pipelineOf('t3.micro'), [])).rejects.toThrow('beside the 2 that are in use');
  await updateRecord(BUILD, { heldServer: { instanceId: 'i-1', purpose: 'base', until, gone: until } });
  await expect(checkVcpus(pipelineOf('t3.micro'), [])).resolves.toBeUndefined();
});

test('a build for which there is no room is told with what it needs, what is in use and what the quota is', async () => {
  useAccount(running(2), { 'L-1216C47A': 9 });
  const refused = checkVcpus(pipelineOf('t3.micro'), [
    target('web', 2),
    target('api', 1, { isFirstImage: true }),
    target('empty', 0),
  ]);
  await expect(refused).rejects.toMatchObject({
    name: 'CapacityUnavailable',
    message:
      'This build needs 2 vCPUs for its base server (t3.micro), then 2 vCPUs for the server that tests its image (t3.micro), then 4 vCPUs for 2 further servers of web (t3.micro) and 2 vCPUs for a first server of api (t3.micro), beside the 4 that are in use: up to 10, but the quota of us-east-1 for Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances is 9. End what is not needed, or ask for more: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code L-1216C47A --desired-value 10',
  });
});

test('base server and test server do not run at the same time', async () => {
  useAccount([], { 'L-1216C47A': 8 });
  await expect(checkVcpus(pipelineOf('m5.2xlarge'), [])).resolves.toBeUndefined();
  useAccount(running(1), { 'L-1216C47A': 8 });
  await expect(checkVcpus(pipelineOf('m5.2xlarge', false), [])).rejects.toThrow(
    'This build needs 8 vCPUs for its base server (m5.2xlarge), beside the 2 that are in use: up to 10',
  );
});

test('types of another kind have a quota of their own', async () => {
  useAccount(running(20), { 'L-1216C47A': 44, 'L-DB2E81BA': 0 });
  const refused = checkVcpus(pipelineOf('g5.xlarge'), [target('web', 2)]);
  await expect(refused).rejects.toThrow(
    /needs 4 vCPUs for its base server .*tests its image \(g5\.xlarge\), beside the 0 .* for Running On-Demand G and VT instances is 0/,
  );
  await expect(refused).rejects.not.toThrow('of web');
});

test('what is Spot, or of a kind that has no such quota, is not counted', async () => {
  const others = [
    ...running(9, { InstanceLifecycle: 'spot' }),
    ...running(9, { InstanceType: 'mac2.metal' }),
  ];
  useAccount(others, { 'L-1216C47A': 2 });
  await expect(
    checkVcpus(pipelineOf('t3.micro'), [target('web', 0, { adds: undefined })]),
  ).resolves.toBeUndefined();
});

test('a type that is not there is refused', async () => {
  useAccount([], {});
  const name = 'InvalidInstanceType';
  ec2.on(DescribeInstanceTypesCommand).rejects(Object.assign(new Error('t9.none does not exist'), { name }));
  await expect(checkVcpus(pipelineOf('t9.none'), [])).rejects.toMatchObject({
    name: 'InvalidPipeline',
    message: 'pipeline web, base.instanceType: t9.none does not exist',
  });
});
