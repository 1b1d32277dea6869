import { Readable } from 'node:stream';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import {
  DescribeInstanceInformationCommand,
  ListCommandInvocationsCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { sdkStreamMixin } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { Plan } from '../../../src/build/state';

export const INSTANCE = 'i-1';
export const COMMAND = '11111111-2222-3333-4444-555555555555';

/** A server of a build that Run Command reaches, and the bucket between them; what each test has otherwise it says itself. */
export function useServer() {
  const ssm = mockClient(SSMClient);
  const s3 = mockClient(S3Client);
  const ec2 = mockClient(EC2Client);
  const sfn = mockClient(SFNClient);
  const objects = new Map<string, string>();

  beforeEach(() => {
    for (const client of [ssm, s3, ec2, sfn]) client.reset();
    objects.clear();
    Object.assign(process.env, {
      KILN_ARTIFACTS: 'artifacts',
      KILN_BASE_ROLE: 'arn:aws:iam::000000000000:role/base',
      KILN_BASE_ROLE_ID: 'AROABASE',
    });
    ssm
      .on(DescribeInstanceInformationCommand)
      .resolves({ InstanceInformationList: [{ InstanceId: INSTANCE, PingStatus: 'Online' }] })
      .on(ListCommandsCommand)
      .resolves({ Commands: [] })
      .on(SendCommandCommand)
      .resolves({ Command: { CommandId: COMMAND } })
      .on(ListCommandInvocationsCommand)
      .resolves({
        CommandInvocations: [{ CommandId: COMMAND, Status: 'InProgress', StatusDetails: 'InProgress' }],
      });
    ec2.on(DescribeInstancesCommand).resolves({
      Reservations: [
        {
          Instances: [
            { InstanceId: INSTANCE, State: { Name: 'running' }, SubnetId: 'subnet-1', VpcId: 'vpc-1' },
          ],
        },
      ],
    });
    s3.on(PutObjectCommand).callsFake(({ Key, Body }) => void objects.set(Key, Body));
    s3.on(ListObjectsV2Command).callsFake(({ Prefix }) => ({
      Contents: [...objects].flatMap(([Key, { length }]) =>
        Key.startsWith(Prefix) ? [{ Key, Size: length }] : [],
      ),
    }));
    s3.on(GetObjectCommand).callsFake(({ Key }): Partial<GetObjectCommandOutput> => {
      const text = objects.get(Key);
      if (text === undefined) throw new NoSuchKey({ message: 'not there', $metadata: {} });
      return { Body: sdkStreamMixin(Readable.from([Buffer.from(text)])) };
    });
  });

  const place = `commands/AROABASE:${INSTANCE}/${COMMAND}/${INSTANCE}/awsrunShellScript/0.awsrunShellScript`;
  return {
    ssm,
    s3,
    ec2,
    sfn,
    objects,
    /** What a script told: names, and texts; several of a name in a list. */
    report(told: Readonly<Record<string, string | string[]>>, errors = ''): void {
      const lines = Object.entries(told).flatMap(([name, texts]) =>
        [texts].flat().map((text) => `kiln ${name} ${Buffer.from(text).toString('base64')}\n`),
      );
      objects.set(`${place}/stdout`, lines.join(''));
      if (errors) objects.set(`${place}/stderr`, errors);
    },
  };
}

/** A plan whose image is tested, with what a test wants otherwise of it. */
export function makePlan(image: object = {}): Plan {
  return Plan.parse({
    baseImage: { id: 'ami-base', rootDeviceName: '/dev/xvda' },
    instanceType: 't3.micro',
    volumeSize: 8,
    parameters: {},
    secrets: [],
    prepare: { by: 'agent', within: 1800 },
    fingerprint: 'f',
    description: '',
    healthy: { port: 80, path: '/', status: 200, times: 3, within: 600 },
    image: { test: true, keep: 5, deprecateAfter: 1, copyTo: [], shareWith: [], ...image },
    targets: [],
  });
}
