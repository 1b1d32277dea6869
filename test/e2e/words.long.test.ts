import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  EC2Client,
  RegisterImageCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { runKiln } from './command';
import { copyProject, type Project } from './project';
import { RunningSample, type ShownBuild } from './running-sample';
import { until } from './until';

jest.setTimeout(300_000);

const IMAGE = 'resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
const pipeline = (within: string, image = IMAGE) =>
  `base: { image: '${image}', instanceType: t3.micro }\nhealthy: { within: ${within}, times: 1 }\n`;
const script = (...lines: string[]) => ['#!/bin/bash', ...lines, ''].join('\n');
const INSTALL = 'dnf install -y httpd';

/** None would end for hours, if it waited out the time that its pipeline gives. */
const pipelines = {
  'broken/pipeline.yml': pipeline('2h'),
  'broken/user-data.sh': script(
    'set -euo pipefail',
    INSTALL,
    'echo one',
    'echo two',
    'tar -xzf /tmp/no-such.tar.gz',
  ),
  // As people write it: the site answers with the server's own page.
  'quiet/pipeline.yml': pipeline('2h').replace('times: 1', 'times: 1, status: 403'),
  'quiet/user-data.sh': script(
    ...['exec > /var/log/setup.log 2>&1', 'set -e', INSTALL, 'systemctl enable --now httpd', 'sleep 40'],
    'curl -fsS http://no-such-host.internal/site.tar.gz | tar -xz -C /var/www/html',
  ),
  'lacking/pipeline.yml': `${pipeline('2h')}parameters: { VERSION: { default: '1' } }\n`,
  'lacking/user-data.sh': script('# a site in a container', INSTALL, '', 'dnf install -y docker || true'),
  'shutdown/pipeline.yml': pipeline('2h'),
  'shutdown/user-data.sh': script('echo enough', 'shutdown -h now'),
  'blank/pipeline.yml': pipeline('2h', 'resolve:ssm:/test/blank'),
  'blank/user-data.sh': script(INSTALL),
  'endless/pipeline.yml': pipeline('2h'),
  'endless/user-data.sh': script('echo nothing listens'),
  'started/pipeline.yml': pipeline('60m'),
  'started/user-data.sh': script(INSTALL, 'echo hello > /var/www/html/index.html', 'systemctl start httpd'),
  'killed/pipeline.yml': pipeline('2h'),
  'killed/user-data.sh': script(INSTALL, 'echo hello > /var/www/html/index.html', 'systemctl start httpd'),
  'good/pipeline.yml': pipeline('2h'),
  'good/user-data.sh': script(
    INSTALL,
    'echo hello > /var/www/html/index.html',
    'systemctl enable --now httpd',
  ),
};

let project: Project;
let sample: RunningSample;
let ec2: EC2Client;

beforeAll(async () => {
  project = await copyProject(pipelines);
  sample = await RunningSample.start(project.folder);
  ec2 = new EC2Client(sample.settings);
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

/** The stages of a build that has ended, each with how it ended. */
const outcomes = ({ stages }: ShownBuild) =>
  Object.fromEntries(stages.map(({ stage, outcome }) => [stage, outcome]));

/** The only instance of a build. */
async function findServer(build: string, purpose: string): Promise<string> {
  return until(`build ${build} has a ${purpose} instance that runs`, async () => {
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({
        Filters: [
          { Name: 'tag:kiln:build', Values: [build] },
          { Name: 'tag:kiln:purpose', Values: [purpose] },
          { Name: 'instance-state-name', Values: ['running'] },
        ],
      }),
    );
    return Reservations?.[0]?.Instances?.[0]?.InstanceId;
  });
}

test('user data that fails ends its build at once, with the cause and two lines of the script first', async () => {
  const build = await sample.ended(await sample.startBuild('broken'));
  expect(build).toMatchObject({
    status: 'FAILED',
    error: { name: 'UserDataFailed', stage: 'PrepareImage' },
  });
  const lines = build.error?.message.split('\n') ?? [];
  expect(lines[0]).toMatch(
    /^The user data failed on i-[0-9a-f]{17} with status \d+: cloud-init ended in error in its module scripts-user\.$/,
  );
  expect(lines[1]).toBe('    two');
  expect(lines[2]).toMatch(/^ {4}.*no-such\.tar\.gz/);
  expect(lines[3]).toBe('What the script wrote before:');
  expect(lines.at(-1)).toBe('    one');
  expect(build.error?.message).not.toMatch(/systemd|Linux version|Cloud-init v/);
  expect(outcomes(build)).toEqual({
    Plan: 'succeeded',
    LaunchInstance: 'succeeded',
    AwaitHealthySite: 'failed',
    PrepareImage: 'failed',
  });
});

test('what only the emulated machine does not have is the cause, with the line of the file', async () => {
  const build = await sample.ended(await sample.startBuild('lacking'));
  expect(build.error?.name).toBe('UserDataFailed');
  expect(build.error?.message).toMatch(
    /^ {4}.*: line 5: the emulated machine has no package docker; Amazon Linux 2023 has$/m,
  );
});

test('user data that fails though the site answers fails its build, and the end of its own log says why', async () => {
  const build = await sample.ended(await sample.startBuild('quiet'));
  expect(build).toMatchObject({
    status: 'FAILED',
    error: { name: 'UserDataFailed', stage: 'PrepareImage' },
  });
  expect(build.error?.message).toMatch(/with status \d+: /);
  expect(build.error?.message).toMatch(
    /^The end of \/var\/log\/setup\.log, to which the script writes:\n( {4}.*\n)* {4}.*no-such-host\.internal/m,
  );
});

test('a base instance that shuts itself down ends its build at once', async () => {
  const build = await sample.ended(await sample.startBuild('shutdown'));
  expect(build).toMatchObject({
    status: 'FAILED',
    error: { name: 'InstanceFailed', stage: 'AwaitHealthySite' },
  });
  expect(build.error?.message).toMatch(
    /^The base instance i-\w+ is \S+ \d+ s after its launch: .*It shut itself down/,
  );
});

test('a base instance that never passes its status checks ends its build', async () => {
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
  const { ImageId } = await ec2.send(
    new RegisterImageCommand({
      Name: 'blank',
      EnaSupport: true,
      Architecture: 'x86_64',
      VirtualizationType: 'hvm',
      RootDeviceName: '/dev/xvda',
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { SnapshotId } }],
    }),
  );
  const parameter = { Name: '/test/blank', Value: ImageId, Type: 'String' } as const;
  await new SSMClient(sample.settings).send(new PutParameterCommand(parameter));
  const build = await sample.ended(await sample.startBuild('blank'));
  expect(build).toMatchObject({
    status: 'FAILED',
    error: { name: 'InstanceFailed', stage: 'AwaitHealthySite' },
  });
  expect(build.error?.message).toMatch(/is impaired \d+ s after its launch: .* instance status check/);
});

test('a base instance that a person terminates ends its build at once', async () => {
  const id = await sample.startBuild('endless');
  const server = await findServer(id, 'base');
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [server] }));
  const build = await sample.ended(id);
  expect(build).toMatchObject({
    status: 'FAILED',
    error: { name: 'InstanceFailed', stage: 'AwaitHealthySite' },
  });
  expect(build.error?.message).toMatch(/User initiated shutdown.* Kiln did not do that/);
});

test('a service that was started and not enabled fails the test of the image, in words that say so', async () => {
  const build = await sample.ended(await sample.startBuild('started'));
  expect(build).toMatchObject({
    status: 'FAILED',
    error: { name: 'SiteNotHealthy', stage: 'AwaitHealthyTest' },
  });
  const { why } = await until('the record says that the image is gone', async () => {
    return (await sample.getBuild(build.id)).imageGone;
  });
  expect(why).toMatch(/^removed with all that its build made/);
  expect(build.error?.message).toMatch(
    /^The test of the image failed: the site on .* No user data runs .* Is the service enabled/,
  );
  expect(outcomes(build)).toMatchObject({
    CreateImage: 'succeeded',
    TestImage: 'succeeded',
    AwaitHealthyTest: 'failed',
  });
});

test('a server that tests an image and is terminated ends its build at once', async () => {
  const id = await sample.startBuild('killed');
  const server = await findServer(id, 'test');
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [server] }));
  const build = await sample.ended(id);
  expect(build).toMatchObject({
    status: 'FAILED',
    error: { name: 'InstanceFailed', stage: 'AwaitHealthyTest' },
  });
  expect(build.error?.message).toMatch(/^The test of the image failed: its server/);
});

test('while a build runs its record says what it waits for and what AWS says, and then each stage in order', async () => {
  const id = await sample.startBuild('good');
  const says = await until('the record says how far the image is', async () => {
    const { stages } = await sample.getBuild(id);
    return stages.find(({ stage, says }) => stage === 'AwaitImage' && says)?.says;
  });
  expect(says).toMatch(/^pending(; snapshot snap-\w+ \w+ \d+%)?$/);
  const build = await sample.ended(id);
  expect(build.status).toBe('SUCCEEDED');
  expect(build.stages.map(({ stage }) => stage)).toEqual([
    ...['Plan', 'LaunchInstance', 'AwaitHealthySite', 'PrepareImage', 'CreateImage', 'AwaitImage'],
    ...['TerminateBase', 'TestImage', 'AwaitHealthyTest', 'RunTests'],
    ...['TerminateTest', 'PublishImage', 'Finish'],
  ]);
  expect(new Set(build.stages.map(({ outcome }) => outcome))).toEqual(new Set(['succeeded']));
  const times = build.stages.flatMap(({ startedAt, endedAt = '' }) => [startedAt, endedAt]);
  expect(times).toEqual(times.toSorted());
});

test('kiln build --watch in a pipe tells each event, and ends as the build does', async () => {
  const kiln = (...args: string[]) =>
    runKiln([...args, '--local'], undefined, { AWS_ENDPOINT_URL: sample.aws.endpoint });
  const [good, broken] = await Promise.all([
    kiln('build', 'good', '--force', '--reason', 'a test', '--watch'),
    kiln('build', 'broken', '--watch', '--json'),
  ]);
  expect(good.errors).toBe('');
  expect(good.output).toMatch(/^[\d:]{8} {2}asked for, http by root: "a test"\n/);
  expect(good.output).toMatch(/\n[\d:]{8} {2}◐ AwaitHealthySite waits for the site on i-/);
  expect(good.output).toMatch(/\n[\d:]{8} {2}✔ SUCCEEDED in \S+\nnext: kiln builds good --local\n$/);
  expect(good.code).toBe(0);
  const events = broken.output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events[0]).toMatchObject({ event: 'accepted', build: { pipeline: 'broken' } });
  expect(events.at(-1)).toMatchObject({
    event: 'end',
    build: { status: 'FAILED', error: { name: 'UserDataFailed' } },
  });
  expect(broken.code).toBe(1);
});

test('what people are told is seen under /_local, with the cause first', async () => {
  const TopicArn = sample.service.FailureTopicArn;
  const mail = { TopicArn, Protocol: 'email', Endpoint: 'ops@example.org' };
  await new SNSClient(sample.settings).send(new SubscribeCommand(mail));
  const { id } = await sample.ended(await sample.startBuild('broken'));
  const message = await until('people were told', async () =>
    (await sample.aws.messages()).find((one) => one.message.includes(id)),
  );
  expect(message.subject).toBe('Kiln: build of broken FAILED: UserDataFailed');
  expect(message.message).toMatch(/^The user data failed on /);
  expect(message.deliveries).toMatchObject([{ protocol: 'email', endpoint: 'ops@example.org' }]);
});
