import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { findLeftovers, type Kept, listSecurityGroups } from '../../cli/story/leftovers';
import { Traffic } from '../../cli/story/traffic';
import { errorPipelines } from './error-pipelines';
import { copyProject, type Project } from './project';
import { RunningSample, type ShownBuild } from './running-sample';
import { until } from './until';

/** A refresh that fails tries for an hour of AWS's time. */
const VISITORS_PAUSE_SECONDS = 3;
jest.setTimeout(300_000);

const GROUP = 'kiln-fleet-web';

let project: Project;
let sample: RunningSample;
let groupsBefore: ReadonlySet<string>;
/** The builds that run side by side, by what becomes of them. */
let builds: Record<'brokenScript' | 'neverHealthy' | 'imageFails' | 'queueFirst' | 'firstWeb', string>;

beforeAll(async () => {
  project = await copyProject(errorPipelines);
  sample = await RunningSample.start(project.folder);
  groupsBefore = await listSecurityGroups(sample.settings);
  await sample.aws.faults.add({
    service: 'ec2',
    operation: 'CreateImage',
    kind: 'lateFailure',
    message: 'Client.InternalError: the snapshot could not be made',
  });
  const [imageFails, neverHealthy, brokenScript] = await Promise.all([
    sample.startBuild('image-fails'),
    sample.startBuild('never-healthy'),
    sample.startBuild('broken-script'),
  ]);
  // The fault strikes the next image, whose ever it is.
  await until('the fault has struck', async () =>
    (await sample.aws.faults.list()).length === 0 ? true : undefined,
  );
  const [queueFirst, firstWeb] = await Promise.all([
    sample.startBuild('queued'),
    sample.startBuild('web', { VERSION: '1' }),
  ]);
  builds = { imageFails, neverHealthy, brokenScript, queueFirst, firstWeb };
});
afterAll(async () => {
  await sample?.stop();
  await project?.remove();
});

test('a busy pipeline that queues keeps the newest request, and runs it when the build has ended', async () => {
  await sample.passed(builds.queueFirst, 'LaunchInstance');
  const older = await sample.startBuild('queued');
  const newest = await sample.startBuild('queued', { GREETING: 'Hello again' });
  expect(await sample.getBuild(older)).toMatchObject({
    status: 'SUPERSEDED',
    error: { name: 'Superseded', message: `A newer request, ${newest}, took its place in the queue.` },
  });
  expect(await sample.getBuild(builds.queueFirst)).toMatchObject({ status: 'RUNNING' });
  expect(await sample.getBuild(newest)).toMatchObject({ status: 'QUEUED' });
  expect(await sample.ended(builds.queueFirst)).toMatchObject({ status: 'SUCCEEDED' });
  const ended = await sample.ended(newest);
  expect(ended).toMatchObject({ status: 'SUCCEEDED', parameters: { GREETING: 'Hello again' } });
  keep(await sample.getBuild(builds.queueFirst), ended);
});

test('a user data script that fails ends the build with its own last lines', async () => {
  const { status, error } = await sample.ended(builds.brokenScript);
  expect(status).toBe('FAILED');
  expect(error?.name).toBe('UserDataFailed');
  expect(error?.message).toMatch(
    /^The user data failed on i-[0-9a-f]{17} with status 2: cloud-init ended in error/,
  );
  expect(error?.message).toContain('unpacking the shop');
  expect(error?.message).toContain('/tmp/no-such-shop.tar.gz');
});

test('a site that answers with something else ends the build with what was expected of it', async () => {
  const { status, error } = await sample.ended(builds.neverHealthy);
  expect(status).toBe('FAILED');
  expect(error?.name).toBe('SiteNotHealthy');
  expect(error?.message).toMatch(
    /within 360 s\. At last http:\/\/10\.0\.\d+\.\d+:80\/ answered without the text "Welcome"/,
  );
});

test('an image that AWS fails to make ends the build with the reason of AWS', async () => {
  const { status, error } = await sample.ended(builds.imageFails);
  expect(status).toBe('FAILED');
  expect(error?.name).toBe('ImageFailed');
  expect(error?.message).toMatch(
    /^AWS could not make the image ami-[0-9a-f]{17}: it is failed\. .*the snapshot could not be made/,
  );
});

test('an archive that base instances may not read ends the build before it makes anything, with what to change', async () => {
  const { status, error, unchecked } = await sample.ended(
    await sample.startBuild('queued', { GREETING: 'Hello', SITE: 's3://nobodys-bucket/shop.tar.gz' }),
  );
  expect(status).toBe('FAILED');
  expect(error).toMatchObject({ name: 'InvalidParameter', stage: 'Plan' });
  expect(error?.message).toMatch(
    /parameter SITE: base instances may not read s3:\/\/nobodys-bucket\/shop\.tar\.gz: their role lacks s3:GetObject .*base\.buckets/,
  );
  expect(unchecked).toBeUndefined();
});

const INVALID_PARAMETER = {
  type: 'urn:kiln:problem:InvalidParameter',
  title: 'A parameter of the build is not valid',
  status: 400,
  error: 'InvalidParameter',
};

test('an unknown pipeline is 404 with the names that there are', async () => {
  expect(await sample.api('POST', '/pipelines/wbe/builds')).toEqual({
    status: 404,
    body: {
      type: 'urn:kiln:problem:UnknownPipeline',
      title: 'There is no such pipeline',
      status: 404,
      error: 'UnknownPipeline',
      detail:
        'no pipeline is named "wbe": there are broken-script, endless, image-fails, never-healthy, queued, released, web',
    },
  });
});

test('a parameter that does not match its pattern is 400 with the pattern', async () => {
  expect(await sample.api('POST', '/pipelines/web/builds', { parameters: { VERSION: '1; reboot' } })).toEqual(
    {
      status: 400,
      body: {
        ...INVALID_PARAMETER,
        detail: 'pipeline web, parameter VERSION: expected a value that matches ^[0-9]+$, got "1; reboot"',
      },
    },
  );
});

test('a call that nobody has signed is 403', async () => {
  expect(await sample.callUnsigned('POST', '/pipelines/web/builds')).toBe(403);
});

test('every call of the API is in its access log', async () => {
  const lines = await until('the lines are there', async () => {
    // The number may be part of an id, too.
    const found = (await readLog('/aws/http-api/kiln-prod', '403')).map(
      (line) => JSON.parse(line) as { status?: string },
    );
    const refused = found.filter(({ status }) => status === '403');
    return refused.length > 0 ? refused : undefined;
  });
  expect(lines[0]).toMatchObject({
    route: 'POST /pipelines/{pipeline}/builds',
    status: '403',
    caller: '-',
  });
});

describe('events of a pipeline', () => {
  const release = (detail: object) =>
    new EventBridgeClient(sample.settings).send(
      new PutEventsCommand({
        Entries: [
          { Source: 'com.example.shop', DetailType: 'Shop Released', Detail: JSON.stringify(detail) },
        ],
      }),
    );
  const list = async () => (await sample.api('GET', '/pipelines/released/builds')).body as Listed;
  interface Listed {
    readonly builds: readonly (ShownBuild & { readonly trigger: object; readonly resolved: object })[];
    readonly held?: { readonly message: string };
  }

  test('give a build what their fields say, whatever is in them', async () => {
    await release({ revision: 'v7', note: '"}, <aws.events.event> \\" \n' });
    const build = await until('the event has come', async () => (await list()).builds[0]);
    expect(build).toMatchObject({
      trigger: { kind: 'event', by: 'com.example.shop Shop Released' },
      resolved: { REVISION: { value: 'v7', from: 'event' } },
    });
    await until('its execution has begun', () => stopExecution(build.id).then(() => true));
    await sample.ended(build.id);
  });

  test('that lack the field are builds that failed; after some of them the pipeline is held', async () => {
    await release({ revison: 'v8' });
    await release({ revision: 'latest' });
    const { builds, held } = await until('the pipeline is held', async () => {
      const listed = await list();
      return listed.held ? listed : undefined;
    });
    const errors = builds.slice(0, 2).map(({ status, error }) => `${status} ${error?.message}`);
    expect(errors.sort()).toEqual([
      expect.stringMatching(/^FAILED parameter REVISION: the event has nothing at \$\.detail\.revision$/),
      expect.stringMatching(/^FAILED pipeline released, parameter REVISION: expected a value that matches/),
    ]);
    expect(held?.message).toContain('until a build that a person asks for has succeeded');
    await release({ revision: 'v9' });
    await until('the event was refused', async () =>
      (await readLog('/aws/lambda/kiln-prod-requestBuild', 'held since')).length > 0 ? true : undefined,
    );
    expect((await list()).builds).toHaveLength(3);
  });
});

test('a refresh whose servers are not healthy is rolled back while the old ones serve', async () => {
  const first = await sample.ended(builds.firstWeb);
  expect(first).toMatchObject({ status: 'SUCCEEDED', rollouts: [{ autoScalingGroup: GROUP, version: '2' }] });
  // The service has the rights to all that its plan checks.
  expect(first.unchecked).toBeUndefined();
  keep(first);
  const before = await describeFleet();

  const traffic = new Traffic(await siteUrl(), sample.aws.clock, VISITORS_PAUSE_SECONDS);
  const failed = await sample.ended(await sample.startBuild('web', { VERSION: '2', PAGE: 'lost.html' }));
  const seen = await until('the servers are those of version 1', async () =>
    (await describeFleet()).servers.every((version) => version === '2') ? traffic.stop() : undefined,
  );

  const [refresh] = await describeRefreshes();
  expect(refresh?.Status).toBe('RollbackSuccessful');
  expect(refresh?.StatusReason).toMatch(/failed/);
  expect(failed.status).toBe('FAILED');
  expect(failed.error?.name).toBe('RefreshFailed');
  expect(failed.error?.message).toMatch(/ ended as RollbackSuccessful\. /);
  expect(failed.error?.message).toContain(refresh?.StatusReason);
  expect(seen).toMatchObject({ failed: 0, failures: [], versions: { 1: expect.any(Number) } });
  expect(Object.keys(seen.versions)).toEqual(['1']);
  expect(await describeFleet()).toEqual(before);
  expect(before).toEqual({ groupVersion: '2', defaultVersion: 2, servers: ['2', '2'] });
});

test('a fleet that does not let the probe in is refused before anything is made, with the very rule that it lacks', async () => {
  const ec2 = new EC2Client(sample.settings);
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const idOf = (name: string) => SecurityGroups.find(({ GroupName }) => GroupName === name)?.GroupId ?? '';
  const rule = {
    GroupId: idOf('kiln-fleet-web-server'),
    IpPermissions: [
      {
        IpProtocol: 'tcp',
        FromPort: 80,
        ToPort: 80,
        UserIdGroupPairs: [{ GroupId: idOf('kiln-fleet-probe') }],
      },
    ],
  };
  await ec2.send(new RevokeSecurityGroupIngressCommand(rule));
  const { error, stages } = await sample.ended(await sample.startBuild('web', { VERSION: '4' }));
  expect(error?.name).toBe('TargetNotRefreshable');
  expect(error?.message).toContain(
    `aws ec2 authorize-security-group-ingress --group-id ${rule.GroupId} --protocol tcp --port 80 --source-group ${idOf('kiln-fleet-probe')}`,
  );
  expect(stages.map(({ stage }) => stage)).not.toContain('LaunchInstance');
  await ec2.send(new AuthorizeSecurityGroupIngressCommand(rule));
});

test('servers that run an old script over the image are no verified fleet, and the group is brought back', async () => {
  const script = '#!/bin/bash\necho dead > /var/www/html/alive.html\n';
  const { LaunchTemplateVersion: version } = await new EC2Client(sample.settings).send(
    new CreateLaunchTemplateVersionCommand({
      LaunchTemplateName: GROUP,
      SourceVersion: '2',
      LaunchTemplateData: { UserData: Buffer.from(script).toString('base64') },
    }),
  );
  const own = String(version?.VersionNumber);
  await new AutoScalingClient(sample.settings).send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: GROUP,
      LaunchTemplate: { LaunchTemplateName: GROUP, Version: own },
    }),
  );

  const traffic = new Traffic(await siteUrl(), sample.aws.clock, VISITORS_PAUSE_SECONDS);
  const failed = await sample.ended(await sample.startBuild('web', { VERSION: '5' }));
  expect(failed.status).toBe('FAILED');
  expect(failed.error?.name).toBe('FleetNotHealthy');
  expect(failed.error?.message).toMatch(
    /2 of 2 servers do not serve the site: i-\w+: http:\/\/10\.0\.\d+\.\d+:80\/alive\.html answered without the text "alive"/,
  );
  const back = await until('the group is back', async () => {
    const { groupVersion, servers } = await describeFleet();
    return [groupVersion, ...servers].every((one) => one === own) ? traffic.stop() : undefined;
  });
  expect(back).toMatchObject({ failed: 0, failures: [] });
  expect((await describeFleet()).servers).toHaveLength(2);
});

test('user data that is over 16 KB with its values is refused at once', async () => {
  // What cannot be compressed away: every character another.
  const page = Array.from({ length: 10_000 }, (_, at) =>
    String.fromCodePoint(0x4e00 + ((at * 7919) % 20_011)),
  ).join('');
  const parameters = { VERSION: '3', PAGE: page };
  expect(await sample.api('POST', '/pipelines/web/builds', { parameters })).toEqual({
    status: 400,
    body: {
      ...INVALID_PARAMETER,
      detail: expect.stringMatching(
        /^user data of pipeline web is \d{5} bytes compressed, EC2 takes 16384 at most: move what is long into the site's archive$/,
      ),
    },
  });
});

test('a busy pipeline that rejects answers 409 and says which build it is busy with', async () => {
  const id = await sample.startBuild('endless');
  await sample.passed(id, 'LaunchInstance');
  expect(await sample.api('POST', '/pipelines/endless/builds')).toEqual({
    status: 409,
    body: {
      type: 'urn:kiln:problem:PipelineBusy',
      title: 'Another build of the pipeline runs',
      status: 409,
      error: 'PipelineBusy',
      detail: `Pipeline endless is busy with build ${id}, and its whenBusy is reject. Try again when that build has ended.`,
    },
  });
  await stopExecution(id);
  await sample.ended(id);
});

test('an execution that is stopped leaves its record, and its pipeline is free again', async () => {
  const id = await until('the pipeline is free', () => sample.startBuild('endless'));
  await sample.passed(id, 'LaunchInstance');
  await stopExecution(id);
  expect(await sample.ended(id)).toMatchObject({
    status: 'ABORTED',
    error: { name: 'ABORTED', message: 'The execution was stopped.' },
  });
});

test('what failed has left nothing but records', async () => {
  // The record tells the end; lock and machines go in the same moment.
  const leftovers = () => findLeftovers(sample.settings, kept, groupsBefore);
  await until('nothing is left', async () => ((await leftovers()).length === 0 ? true : undefined), 60).catch(
    () => undefined,
  );
  expect(await leftovers()).toEqual([]);
});

const kept: Kept[] = [];

/** Images of builds that succeeded may stay. */
function keep(...succeeded: ShownBuild[]): void {
  for (const { imageId = '', rollouts } of succeeded)
    kept.push({ imageId, launchTemplateVersion: rollouts[0]?.version ?? '' });
}

/** The lines of a log that hold a text. */
async function readLog(logGroupName: string, text: string): Promise<string[]> {
  const { events = [] } = await new CloudWatchLogsClient(sample.settings).send(
    new FilterLogEventsCommand({ logGroupName, filterPattern: `"${text}"` }),
  );
  return events.map(({ message = '' }) => message);
}

async function stopExecution(build: string): Promise<void> {
  const executionArn = `${sample.service.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${build}`;
  await new SFNClient(sample.settings).send(new StopExecutionCommand({ executionArn }));
}

async function siteUrl(): Promise<string> {
  const balancers = await sample.aws.loadBalancers();
  const balancer = balancers.find(({ listenerPort }) => listenerPort === 80);
  return `http://127.0.0.1:${balancer?.loopbackPort}/`;
}

async function describeFleet() {
  const [{ AutoScalingGroups }, { LaunchTemplates }] = await Promise.all([
    new AutoScalingClient(sample.settings).send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [GROUP] }),
    ),
    new EC2Client(sample.settings).send(new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: [GROUP] })),
  ]);
  const group = AutoScalingGroups?.[0];
  return {
    groupVersion: group?.LaunchTemplate?.Version,
    defaultVersion: LaunchTemplates?.[0]?.DefaultVersionNumber,
    servers: (group?.Instances ?? []).map(({ LaunchTemplate }) => LaunchTemplate?.Version),
  };
}

async function describeRefreshes() {
  const { InstanceRefreshes = [] } = await new AutoScalingClient(sample.settings).send(
    new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: GROUP }),
  );
  return InstanceRefreshes;
}
