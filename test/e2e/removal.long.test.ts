import { gzipSync } from 'node:zlib';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeImagesCommand, DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { ListSchedulesCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { errorPipelines } from './error-pipelines';
import { copyProject, type Project } from './project';
import { RunningSample } from './running-sample';
import { runTool } from './tool';
import { until, whileTimePasses } from './until';

jest.setTimeout(600_000);

const WEB = errorPipelines['web/pipeline.yml'] ?? '';
const pipelines = {
  'web/pipeline.yml': WEB.replace('rollout:', 'image: { test: false, parameter: /kiln/web/image }\nrollout:'),
  'web/user-data.sh': errorPipelines['web/user-data.sh'] ?? '',
  'endless/pipeline.yml': (errorPipelines['endless/pipeline.yml'] ?? '').replace('reject', 'queue'),
  'endless/user-data.sh': errorPipelines['endless/user-data.sh'] ?? '',
  'broken/pipeline.yml': `${(errorPipelines['endless/pipeline.yml'] ?? '').trimEnd()}\nonFailure: { hold: 24h }\n`,
  'broken/user-data.sh': '#!/bin/bash\nexit 6\n',
};

let project: Project;
let sample: RunningSample;

beforeAll(async () => {
  project = await copyProject(pipelines);
  sample = await RunningSample.start(project.folder);
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

/** Those of builds: servers of fleets have no purpose. */
async function findInstances(): Promise<string[]> {
  const alive = { Name: 'instance-state-name', Values: ['pending', 'running', 'stopping', 'stopped'] };
  const { Reservations = [] } = await new EC2Client(sample.settings).send(
    new DescribeInstancesCommand({ Filters: [alive, { Name: 'tag-key', Values: ['kiln:purpose'] }] }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceId = '' }) => InstanceId));
}

const PUSHED = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n';

/** The schedules and rules of pipelines. */
async function findClockwork(): Promise<(string | undefined)[]> {
  const { Schedules = [] } = await new SchedulerClient(sample.settings).send(new ListSchedulesCommand({}));
  const { Rules = [] } = await new EventBridgeClient(sample.settings).send(
    new ListRulesCommand({ NamePrefix: 'kiln-prod.' }),
  );
  return [...Rules, ...Schedules].map(({ Name }) => Name).filter((name) => !name?.startsWith('kiln-prod-'));
}

const serverless = (...args: string[]) =>
  runTool(['npx', '--no-install', 'serverless', ...args], { folder: project.folder, env: sample.aws.env });

test('`invoke stepf` starts an execution that is named like a build, and tells its end', async () => {
  const { output } = await serverless(
    ...['invoke', 'stepf', '--name', 'goldenImage', '--data', '{"pipeline":"web"}'],
  );
  expect(output).toMatch(/golden-image:web-[0-9A-Z]{26}'/);
  expect(output).toContain("status: 'FAILED'");
  expect(output).toContain('VERSION');
});

test('a service is removed once its builds are ended and undone, the one in the queue too, and what is kept is told', async () => {
  const good = await sample.startBuild('web', { VERSION: '1' });
  const { imageId = '' } = await until('the first build has ended', async () => {
    const build = await sample.getBuild(good);
    return build.status === 'SUCCEEDED' ? build : undefined;
  });
  // A pipeline that the stack has never seen, with what starts its builds.
  const shop = `${PUSHED}image: { parameter: /kiln/shop/image }
triggers: { schedule: { cron: '0 3 * * ? *' }, events: [{ pattern: { source: [com.example.shop] } }] }
`;
  const files = { 'pipeline.yml': shop, 'user-data.sh': '#!/bin/bash\n' };
  const pushed = await sample.api('POST', '/pipelines/shop/versions', {
    files: gzipSync(JSON.stringify(files)).toString('base64'),
  });
  expect([pushed.status, await findClockwork()]).toEqual([200, ['kiln-prod.shop.1', 'shop']]);
  const broken = await sample.ended(await sample.startBuild('broken'));
  const held = await until('a server is held', async () => (await sample.getBuild(broken.id)).heldServer);
  expect(await findInstances()).toEqual([held.instanceId]);
  const running = await sample.startBuild('endless');
  await until('it has a base instance', async () => ((await findInstances()).length > 1 ? true : undefined));
  const queued = await sample.startBuild('endless');

  const { code, output } = await whileTimePasses(serverless('remove'));
  expect([code, output]).toEqual([0, expect.stringContaining('has been successfully removed')]);
  for (const build of [running, queued]) expect(output).toContain(`Build ${build} runs: it is stopped`);
  expect(output).toContain(`held for people since build ${broken.id} failed is taken now`);
  expect(output).toMatch(/Kept on purpose:\n.*the table kiln-prod-.*\n.*the bucket .*\n/);
  expect(output).toContain(`the images ${imageId} with 1 snapshots`);
  expect(output).toContain('the SSM parameters /kiln/web/image');

  expect([await findInstances(), await findClockwork()]).toEqual([[], []]);
  const { Images = [] } = await new EC2Client(sample.settings).send(
    new DescribeImagesCommand({ Owners: ['self'] }),
  );
  expect(Images.map(({ ImageId }) => ImageId)).toEqual([imageId]);
  await expect(
    new CloudFormationClient(sample.settings).send(new DescribeStacksCommand({ StackName: 'kiln-prod' })),
  ).rejects.toThrow('does not exist');
});
