import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { type Aws, startAws } from 'embedded-aws';
import { createStack } from '../../cli/deploy';
import { copyProject, type Project } from './project';
import { runTool } from './tool';

/** Serverless itself takes ten seconds and more for each command. */
const PATIENCE = 900;
jest.setTimeout(PATIENCE * 1000);

let project: Project;
let aws: Aws;
let cloudFormation: CloudFormationClient;

beforeAll(async () => {
  project = await copyProject();
  aws = await startAws({ port: 0, timeScale: 30, holdSchedules: true });
  cloudFormation = new CloudFormationClient(aws.client);
  const fleet = await readFile(join(project.folder, 'fleet/template.yml'), 'utf8');
  await createStack(aws.client, 'kiln-fleet', fleet, (seconds) => aws.clock.sleep(seconds));
});
afterAll(async () => {
  await aws?.stop();
  await project?.remove();
});

/** Types a command of Serverless in the clone, and gives what it printed. @throws what it printed, where it failed */
async function serverless(...args: string[]): Promise<string> {
  const { code, output } = await runTool(['npx', '--no-install', 'serverless', ...args], {
    folder: project.folder,
    env: aws.env,
  });
  if (code !== 0) throw new Error(`serverless ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

async function stackStatus(StackName: string): Promise<string | undefined> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName }));
  return Stacks?.[0]?.StackStatus;
}

/** The events of a stack after a moment, oldest first. */
async function listEvents(StackName: string, after = new Date(0)): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  for await (const page of paginateDescribeStackEvents({ client: cloudFormation }, { StackName }))
    events.push(...(page.StackEvents ?? []));
  return events.filter(({ Timestamp = after }) => Timestamp > after).reverse();
}

async function listFunctions(stage: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListFunctions({ client: new LambdaClient(aws.client) }, {}))
    names.push(...(page.Functions ?? []).map(({ FunctionName = '' }) => FunctionName));
  return names.filter((name) => name.startsWith(`kiln-${stage}-`));
}

test('a clean clone is deployed, and the deployment says where to find it', async () => {
  const output = await serverless('deploy');
  expect(output).toContain('Service deployed to stack kiln-prod');
  expect(output).toMatch(
    /POST - https:\/\/\w+\.execute-api\.us-east-1\.amazonaws\.com\/pipelines\/\{pipeline\}\/builds/,
  );
  expect(await stackStatus('kiln-prod')).toBe('UPDATE_COMPLETE');
});

/** From the first event of a stack to the last that there is, by AWS's clock. */
async function minutesOf(StackName: string): Promise<number> {
  const times = (await listEvents(StackName)).map(({ Timestamp }) => Timestamp?.getTime() ?? 0);
  return (Math.max(...times) - Math.min(...times)) / 60_000;
}

test('fleet and service take minutes of AWS time to deploy, as on AWS', async () => {
  for (const stack of ['kiln-fleet', 'kiln-prod']) {
    const minutes = await minutesOf(stack);
    expect([stack, minutes > 1, minutes < 30]).toEqual([stack, true, true]);
  }
});

test('`info` tells the endpoints and the functions', async () => {
  const output = await serverless('info');
  expect(output).toContain('stack: kiln-prod');
  expect(output).toMatch(/GET - https:\/\/\S+\/builds\/\{id\}/);
  expect(output).toContain('tidyUp: kiln-prod-tidyUp');
});

test('`invoke` runs a deployed function, and `logs` shows what it wrote', async () => {
  expect(JSON.parse(await serverless('invoke', '-f', 'tidyUp', '--data', '{}'))).toEqual({
    removed: [],
    words: [],
  });
  const output = await serverless('logs', '-f', 'tidyUp');
  expect(output).toContain('"message":"done"');
  expect(output).toMatch(/END Duration: [\d.]+ ms/);
});

/** The function of each sample, as the page about deploying says. */
async function readSamples(): Promise<[sample: string, called: string][]> {
  const page = await readFile(join(__dirname, '../../docs/deploying.md'), 'utf8');
  const rows = page.matchAll(/^\| `events\/([\w-]+\.json)` \| `(\w+)` \|/gm);
  return [...rows].map(([, sample = '', called = '']) => [sample, called]);
}

test.each([
  ['schedule.json', 'requestBuild', /"id": "web-\w{26}"/],
  ['http-post-build.json', 'postBuild', /"statusCode": 202/],
  ['http-get-build.json', 'getBuild', /There is no build web-01KAS2N4Q7T9V0W1X2Y3Z4A5B6/],
])('`invoke local` with %s runs %s against what is deployed', async (sample, called, answer) => {
  const output = await serverless('invoke', 'local', '-f', called, '-p', `events/${sample}`);
  expect(output).toContain(`"function_name":"kiln-prod-${called}"`);
  expect(output).toContain('"message":"done"');
  expect(output).toMatch(answer);
});

test('`invoke local` tells how a function failed', async () => {
  await expect(serverless('invoke', 'local', '-f', 'tidyUp', '-p', 'events/tidy-up.json')).rejects.toThrow(
    'No pipeline shop has had builds here',
  );
});

test('each sample is what the function takes that the page names', async () => {
  const samples = await readSamples();
  expect(samples.map(([sample]) => sample).sort()).toEqual(
    (await readdir(join(project.folder, 'events'))).sort(),
  );
  const lambda = new LambdaClient(aws.client);
  for (const [sample, called] of samples) {
    const { FunctionError, Payload, LogResult } = await lambda.send(
      new InvokeCommand({
        FunctionName: `kiln-prod-${called}`,
        Payload: await readFile(join(project.folder, 'events', sample)),
        LogType: 'Tail',
      }),
    );
    const log = Buffer.from(LogResult ?? '', 'base64').toString();
    const ended = { sample, error: FunctionError && Buffer.from(Payload ?? []).toString() };
    // Its pipelines have never been here, and the janitor says so.
    if (sample === 'tidy-up.json') expect(ended.error).toContain('No pipeline shop has had builds here');
    else expect({ ...ended, isDone: log.includes('"message":"done"') }).toEqual({ sample, isDone: true });
  }
});

test('a function that is not deployed is named, with what to do', async () => {
  await expect(
    serverless('invoke', 'local', '--stage', 'none', '-f', 'getBuild', '-p', 'events/http-get-build.json'),
  ).rejects.toThrow(/There is no function kiln-none-getBuild in us-east-1\. .* deploy the service first/);
});

test('a second stage is deployed beside the first, and touches nothing of it', async () => {
  const [last] = (await listEvents('kiln-prod')).slice(-1);
  expect(await serverless('deploy', '--stage', 'test')).toContain('Service deployed to stack kiln-test');
  expect(await listFunctions('test')).toHaveLength((await listFunctions('prod')).length);
  expect(await listEvents('kiln-prod', last?.Timestamp)).toEqual([]);
});

test('a deployment without a change is skipped', async () => {
  const [last] = (await listEvents('kiln-test')).slice(-1);
  expect(await serverless('deploy', '--stage', 'test')).toContain('No changes to deploy');
  expect(await listEvents('kiln-test', last?.Timestamp)).toEqual([]);
});

test('a deployment with a change touches what has changed, and no more', async () => {
  const [last] = (await listEvents('kiln-prod')).slice(-1);
  const file = join(project.folder, 'pipelines/web/pipeline.yml');
  const pipeline = await readFile(file, 'utf8');
  expect(pipeline).toContain("cron: '0 3 * * ? *'");
  await writeFile(file, pipeline.replace("cron: '0 3 * * ? *'", "cron: '15 4 * * ? *'"));
  expect(await serverless('deploy')).toContain('Service deployed to stack kiln-prod');
  const events = await listEvents('kiln-prod', last?.Timestamp);
  const touched = new Map(events.map((event) => [event.LogicalResourceId, event.ResourceType]));
  // The pipelines are in the archive of each function, and Serverless names all archives after the moment.
  const rest = [...touched].filter(([, type]) => type !== 'AWS::Lambda::Function');
  expect(Object.fromEntries(rest)).toEqual({
    'kiln-prod': 'AWS::CloudFormation::Stack',
    Triggers: 'Custom::Triggers',
  });
  expect(touched.size - rest.length).toBe((await listFunctions('prod')).length);
  const statuses = new Set(events.map(({ ResourceStatus }) => ResourceStatus));
  expect([...statuses].sort()).toEqual([
    'UPDATE_COMPLETE',
    'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
    'UPDATE_IN_PROGRESS',
  ]);
});

test('`remove` takes one stage away, and leaves the other', async () => {
  expect(await serverless('remove', '--stage', 'test')).toContain('has been successfully removed');
  await expect(stackStatus('kiln-test')).rejects.toThrow('does not exist');
  expect(await listFunctions('test')).toEqual([]);
  expect(await serverless('info')).toContain('tidyUp: kiln-prod-tidyUp');
  expect(await serverless('remove')).toContain('has been successfully removed');
  await expect(stackStatus('kiln-prod')).rejects.toThrow('does not exist');
  expect(await listFunctions('prod')).toEqual([]);
});
