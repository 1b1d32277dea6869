import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  UpdateStackCommand,
} from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  SFNClient,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { GetParameterCommand, ListTagsForResourceCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { callApi } from '../../cli/api';
import { createStack, deployService } from '../../cli/deploy';
import { packageService } from '../../cli/package-service';
import { findTagged } from '../../cli/verify/look/of-build';
import { errorPipelines } from './error-pipelines';
import { copyProject, type Project } from './project';
import { RunningSample, type ShownBuild } from './running-sample';
import { until } from './until';

/** Two deployments and half a dozen builds, on whatever machine. Seconds. */
const PATIENCE = 600;
jest.setTimeout(PATIENCE * 1000);

/** A deployment of Kiln beside another, in the same account and region. */
interface Stage {
  readonly name: string;
  readonly service: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly group: string;
}

const WEB = errorPipelines['web/pipeline.yml'] ?? '';
const pipelines = {
  'web/pipeline.yml': `${WEB}image: { test: false, keep: 1, parameter: /kiln/web/image }\n`,
  'web/user-data.sh': errorPipelines['web/user-data.sh'] ?? '',
  'web/pipeline.test.yml': [
    'image: { test: false, keep: 1, parameter: /kiln-test/web/image }',
    'rollout:',
    '  - { autoScalingGroup: kiln-test-fleet-web, maxHealthy: 200, warmup: 10s, initialCapacity: 2 }',
    '',
  ].join('\n'),
  // Without a file of its own a stage names the group of prod.
  'shared/pipeline.yml': WEB,
  'shared/user-data.sh': errorPipelines['web/user-data.sh'] ?? '',
  'endless/pipeline.yml': errorPipelines['endless/pipeline.yml'] ?? '',
  'endless/user-data.sh': errorPipelines['endless/user-data.sh'] ?? '',
};

let project: Project;
let sample: RunningSample;
let prod: Stage;
let test_: Stage;
const built: Record<string, ShownBuild[]> = { prod: [], test: [] };

beforeAll(async () => {
  project = await copyProject(pipelines);
  sample = await RunningSample.start(project.folder);
  const { settings, aws } = sample;
  const sleep = (seconds: number) => aws.clock.sleep(seconds);
  prod = stageOf('prod', sample.service, 'kiln-fleet-web');
  const template = await readFile(join(project.folder, 'fleet/template.yml'), 'utf8');
  await createStack(settings, 'kiln-test-fleet', template, sleep, {
    FleetName: 'kiln-test-fleet',
    NetworkParameters: '/kiln-test/network',
  });
  await packageService(project.folder, project.packaged, undefined, [
    '--stage=test',
    '--param=network=/kiln-test/network',
  ]);
  const outputs = await deployService(settings, 'kiln-test', project.packaged, sleep);
  test_ = stageOf('test', outputs, 'kiln-test-fleet-web');
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

function stageOf(name: string, outputs: Readonly<Record<string, string>>, group: string): Stage {
  return { name, service: `kiln-${name}@${sample.settings.region}`, outputs, group };
}

async function call<Answer>(stage: Stage, method: 'GET' | 'POST', path: string, body?: unknown) {
  const answer = await callApi(sample.settings, method, `${stage.outputs.HttpApiUrl}${path}`, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer.body as Answer;
}

async function start(stage: Stage, pipeline: string, parameters = {}): Promise<string> {
  return (
    await call<{ id: string }>(stage, 'POST', `/pipelines/${pipeline}/builds`, { parameters, force: true })
  ).id;
}

function ended(stage: Stage, id: string): Promise<ShownBuild> {
  return until(
    `build ${id} of ${stage.name} has ended`,
    async () => {
      const build = await call<ShownBuild>(stage, 'GET', `/builds/${id}`);
      return ['QUEUED', 'RUNNING'].includes(build.status) ? undefined : build;
    },
    PATIENCE,
  );
}

async function deploy(stage: Stage, pipeline: string, VERSION: string): Promise<ShownBuild> {
  const build = await ended(stage, await start(stage, pipeline, { VERSION }));
  expect(build).toMatchObject({ status: 'SUCCEEDED' });
  built[stage.name]?.push(build);
  return build;
}

/** Runs the janitor of a stage. */
async function tidyUp({ name }: Stage): Promise<void> {
  const ran = await new LambdaClient(sample.settings).send(
    new InvokeCommand({ FunctionName: `kiln-${name}-tidyUp`, Payload: Buffer.from('{}') }),
  );
  expect(ran.FunctionError).toBeUndefined();
}

/** All that carries the tag of a stage and is alive, by kind. */
async function findOf({ service }: Stage) {
  const { images, snapshots, instances } = await findTagged(sample.settings, 'kiln:service', service);
  return { images: [...images].sort(), snapshots: [...snapshots].sort(), instances: [...instances].sort() };
}

async function describeGroup(name: string) {
  const { AutoScalingGroups } = await new AutoScalingClient(sample.settings).send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
  );
  const group = AutoScalingGroups?.[0];
  return {
    version: group?.LaunchTemplate?.Version,
    servers: group?.Instances?.map(({ InstanceId }) => InstanceId).sort(),
    service: group?.Tags?.find(({ Key }) => Key === 'kiln:service')?.Value,
  };
}

const newest = async (stage: Stage) => ({
  ...(await findOf(stage)),
  group: await describeGroup(stage.group),
});

test('two stages are deployed beside each other, and each builds and rolls out to its own', async () => {
  const [one, other] = await Promise.all([deploy(prod, 'web', '1'), deploy(test_, 'web', '1')]);
  expect((await newest(prod)).images).toEqual([one.imageId]);
  expect((await newest(test_)).images).toEqual([other.imageId]);
  expect((await describeGroup(prod.group)).service).toBe(prod.service);
  expect((await describeGroup(test_.group)).service).toBe(test_.service);
  expect(await describeParameter('/kiln/web/image')).toEqual([one.imageId, prod.service]);
  expect(await describeParameter('/kiln-test/web/image')).toEqual([other.imageId, test_.service]);
});

test('servers say which build made their image, are right, and are left alone by the janitor, who has no word for them', async () => {
  const [{ id = '', imageId = '' } = {}] = built.prod ?? [];
  const { servers = [] } = await describeGroup(prod.group);
  expect(servers.length).toBeGreaterThan(0);
  const { instances } = await findTagged(sample.settings, 'kiln:build', id);
  expect([...instances].sort()).toEqual(servers);
  const { groups } = await call<{ groups: object[] }>(prod, 'GET', '/fleet?pipeline=web');
  expect(groups).toEqual([
    expect.objectContaining({
      autoScalingGroup: prod.group,
      want: expect.objectContaining({ build: id, imageId }),
      problems: [],
      servers: servers.map(() => expect.objectContaining({ build: id, imageId, right: true })),
    }),
  ]);
  await tidyUp(prod);
  expect((await describeGroup(prod.group)).servers).toEqual(servers);
  const { Item } = await DynamoDBDocumentClient.from(new DynamoDBClient(sample.settings)).send(
    new GetCommand({ TableName: prod.outputs.TableName, Key: { pk: 'TOLD', sk: 'NIGHT' } }),
  );
  for (const server of servers) expect(JSON.stringify(Item ?? {})).not.toContain(server);
});

async function describeParameter(Name: string) {
  const ssm = new SSMClient(sample.settings);
  const [{ Parameter }, { TagList }] = await Promise.all([
    ssm.send(new GetParameterCommand({ Name })),
    ssm.send(new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: Name })),
  ]);
  return [Parameter?.Value, TagList?.find(({ Key }) => Key === 'kiln:service')?.Value];
}

test('the retirement of one keeps the images of the other, whose pipeline has the same name', async () => {
  const before = await newest(prod);
  const second = await deploy(test_, 'web', '2');
  await until('the first image of the stage test is retired', async () =>
    (await newest(test_)).images.length === 1 ? true : undefined,
  );
  expect((await newest(test_)).images).toEqual([second.imageId]);
  expect(await newest(prod)).toEqual(before);
});

test('a group that one has, the other refuses before it makes anything', async () => {
  const before = await newest(prod);
  const refused = await ended(test_, await start(test_, 'shared', { VERSION: '2' }));
  expect(refused).toMatchObject({
    status: 'FAILED',
    error: {
      name: 'TargetNotRefreshable',
      message: expect.stringContaining(`belongs to another deployment of Kiln, ${prod.service}`),
    },
  });
  expect(await newest(prod)).toEqual(before);
});

test('neither janitor, nor a word on the bus, touches what the other is just building', async () => {
  const ids = await Promise.all([start(prod, 'endless'), start(test_, 'endless')]);
  const instances = () => Promise.all([prod, test_].map(async (stage) => (await findOf(stage)).instances));
  const running = await until('both have a base instance', async () => {
    const found = await instances();
    return found.every(({ length }) => length === 1) ? found : undefined;
  });
  const before = await Promise.all([newest(prod), newest(test_)]);
  const Entries = [prod, test_].flatMap(({ service }) =>
    ids.map((build) => ({
      Source: 'kiln',
      DetailType: 'Kiln Build Unfinished',
      Detail: JSON.stringify({ service, build }),
    })),
  );
  await new EventBridgeClient(sample.settings).send(new PutEventsCommand({ Entries }));
  await Promise.all([tidyUp(prod), tidyUp(test_)]);
  expect(await Promise.all([newest(prod), newest(test_)])).toEqual(before);

  await stop(prod, ids[0] ?? '');
  expect(await ended(prod, ids[0] ?? '')).toMatchObject({ status: 'ABORTED' });
  await until('its base instance is gone', async () =>
    (await findOf(prod)).instances.length === 0 ? true : undefined,
  );
  expect((await findOf(test_)).instances).toEqual(running[1]);
  expect(await call<ShownBuild>(test_, 'GET', `/builds/${ids[1]}`)).toMatchObject({ status: 'RUNNING' });

  await stop(test_, ids[1] ?? '');
  await ended(test_, ids[1] ?? '');
});

const executionOf = ({ outputs }: Stage, build: string) =>
  `${outputs.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${build}`;

async function stop(stage: Stage, build: string): Promise<void> {
  const executionArn = executionOf(stage, build);
  await new SFNClient(sample.settings).send(new StopExecutionCommand({ executionArn }));
}

test('an execution that was stopped and is redriven ends in words, and touches nothing', async () => {
  const id = await start(prod, 'endless');
  await until('it has a base instance', async () =>
    (await findOf(prod)).instances.length === 1 ? true : undefined,
  );
  await stop(prod, id);
  await ended(prod, id);
  await until('its base instance is gone', async () =>
    (await findOf(prod)).instances.length === 0 ? true : undefined,
  );
  const before = await newest(prod);
  const states = new SFNClient(sample.settings);
  const executionArn = executionOf(prod, id);
  await states.send(new RedriveExecutionCommand({ executionArn }));
  const execution = await until('the redriven execution has ended', async () => {
    const found = await states.send(new DescribeExecutionCommand({ executionArn }));
    return found.status === 'RUNNING' ? undefined : found;
  });
  expect(execution).toMatchObject({
    status: 'FAILED',
    redriveCount: 1,
    error: 'LeaseLost',
    cause: expect.stringContaining(`Build ${id} has ended already: it is ABORTED since`),
  });
  expect(await call<ShownBuild>(prod, 'GET', `/builds/${id}`)).toMatchObject({ status: 'ABORTED' });
  expect(await newest(prod)).toEqual(before);
});

test('when all is over each has its newest images, and both fleets serve', async () => {
  await until('all base instances are gone', async () =>
    (await Promise.all([findOf(prod), findOf(test_)])).every(({ instances }) => instances.length === 0)
      ? true
      : undefined,
  );
  await Promise.all([tidyUp(prod), tidyUp(test_)]);
  expect((await findOf(prod)).images).toEqual([built.prod?.at(-1)?.imageId]);
  expect((await findOf(test_)).images).toEqual([built.test?.at(-1)?.imageId]);
  expect((await describeGroup(prod.group)).servers).toHaveLength(2);
  expect((await describeGroup(test_.group)).servers).toHaveLength(2);
});

test('an update of the fleet with another size leaves what was rolled out as it is', async () => {
  const before = await describeGroup(prod.group);
  expect(Number(before.version)).toBeGreaterThan(1);
  const cloudFormation = new CloudFormationClient(sample.settings);
  const StackName = 'kiln-fleet';
  await cloudFormation.send(
    new UpdateStackCommand({
      StackName,
      UsePreviousTemplate: true,
      Parameters: [{ ParameterKey: 'MaxSize', ParameterValue: '8' }],
      Capabilities: ['CAPABILITY_IAM'],
    }),
  );
  await until('the stack is updated', async () => {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0]?.StackStatus === 'UPDATE_COMPLETE' ? true : undefined;
  });
  expect(await describeGroup(prod.group)).toEqual(before);
});
