import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { type Aws, startAws } from '../../src';
import { newcomer, whereInstalled } from './installed';

/** Tools wait in real seconds, 15 and more between two looks. */
jest.setTimeout(600_000);

const run = promisify(execFile);
let aws: Aws;
let stranger: Awaited<ReturnType<typeof newcomer>>;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await startAws({ timeScale: 100 });
  stranger = await newcomer(aws);
  ec2 = new EC2Client(aws.client);
});
afterEach(async () => {
  ec2.destroy();
  await aws.stop();
  await stranger.leave();
});

whereInstalled('python3', ['-c', 'import boto3'])(
  'boto3 walks from a base instance to a fleet of its image, and takes all of it away again',
  async () => {
    const { stdout } = await run('python3', [join(__dirname, 'walk.py')], { env: stranger.env });
    expect(stdout.trim()).toBe('walked');
  },
);

whereInstalled('aws', ['--version'])("the AWS CLI's waiters see each change that they wait for", async () => {
  const cli = async (...args: string[]) => (await run('aws', args, { env: stranger.env })).stdout.trim();
  const image = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
  const instance = await cli(
    ...['ec2', 'run-instances', '--image-id', image, '--instance-type', 't3.micro'],
    ...['--query', 'Instances[0].InstanceId', '--output', 'text'],
  );
  const waitFor = (what: string, ...of: string[]) => cli('ec2', 'wait', what, ...of);
  const state = () =>
    cli(
      ...['ec2', 'describe-instances', '--instance-ids', instance, '--output', 'text'],
      ...['--query', 'Reservations[0].Instances[0].State.Name'],
    );
  await waitFor('instance-exists', '--instance-ids', instance);
  await waitFor('instance-running', '--instance-ids', instance);
  expect(await state()).toBe('running');
  await waitFor('instance-status-ok', '--instance-ids', instance);
  await cli('ec2', 'stop-instances', '--instance-ids', instance);
  await waitFor('instance-stopped', '--instance-ids', instance);
  expect(await state()).toBe('stopped');
  const made = await cli(
    ...['ec2', 'create-image', '--instance-id', instance, '--name', 'golden', '--output', 'text'],
  );
  await waitFor('image-available', '--image-ids', made);
  const { Images: [found] = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [made] }));
  expect(found?.State).toBe('available');
  const snapshot = found?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? '';
  await waitFor('snapshot-completed', '--snapshot-ids', snapshot);
  await cli('ec2', 'terminate-instances', '--instance-ids', instance);
  await waitFor('instance-terminated', '--instance-ids', instance);
  expect(await state()).toBe('terminated');
});

const PACKER = `
packer {
  required_plugins { amazon = { source = "github.com/hashicorp/amazon", version = ">= 1.3.0" } }
}
source "amazon-ebs" "web" {
  ami_name      = "golden"
  instance_type = "t3.micro"
  region        = "us-east-1"
  communicator  = "none"
  user_data     = "#!/bin/bash\\ndnf install -y httpd\\nsystemctl enable httpd\\n"
  source_ami_filter {
    owners      = ["amazon"]
    most_recent = true
    filters     = { name = "al2023-ami-2023*-x86_64" }
  }
}
build { sources = ["source.amazon-ebs.web"] }
`;

whereInstalled('packer', ['version'])('Packer itself makes an image and leaves nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'packer-'));
  try {
    await writeFile(join(folder, 'web.pkr.hcl'), PACKER);
    const at = { cwd: folder, env: { ...stranger.env, CHECKPOINT_DISABLE: '1' } };
    await run('packer', ['init', '.'], at);
    const { stdout } = await run('packer', ['build', '-color=false', '.'], at);
    expect(stdout).toMatch(/us-east-1: ami-[0-9a-f]{17}/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
  expect(Images.map(({ Name, State }) => ({ Name, State }))).toEqual([
    { Name: 'golden', State: 'available' },
  ]);
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
  const states = Reservations.flatMap(({ Instances = [] }) => Instances.map(({ State }) => State?.Name));
  expect(states).toEqual(['terminated']);
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  expect(SecurityGroups.map(({ GroupName }) => GroupName)).toEqual(['default']);
});
