import { AutoScalingClient, DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { DescribeInstancesCommand, EC2Client, GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { mockClient } from 'aws-sdk-client-mock';
import { failBuild } from '../../../src/build/end/end';
import { explainFailure } from '../../../src/build/end/failure';
import { getRecord, updateRecord } from '../../../src/build/record';
import { openStage } from '../../../src/build/stages';
import { storeWait } from '../../../src/wait/store';
import { BASE_INSTANCE, BUILD, makeTarget, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
const sns = mockClient(SNSClient);
useTable();

const START = [
  '[  OK  ] Reached target network.target - Network.',
  "[   13.0] cloud-init[9]: Cloud-init v. 22.2.2 running 'modules:final' at Sun, 29 Nov 2026 03:00:02 +0000. Up 13.00 seconds.",
];
const FAILED =
  '[   14.5] cloud-init[9]: 2026-11-29 03:00:04,000 - cc_scripts_user.py[WARNING]: Failed to run module scripts-user (scripts in /x)';
const FINISHED =
  '[   15.0] cloud-init[9]: Cloud-init v. 22.2.2 finished at Sun, 29 Nov 2026 03:00:05 +0000. Datasource DataSourceEc2.  Up 15.00 seconds';
const written = (...lines: string[]) => lines.map((line) => `[   14.0] cloud-init[9]: ${line}`);

function useServer(purpose: 'base' | 'test', ...console: string[]): void {
  const Tags = BASE_INSTANCE.Tags.with(1, { Key: 'kiln:purpose', Value: purpose });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [{ ...BASE_INSTANCE, Tags }] }] });
  ec2.on(GetConsoleOutputCommand).resolves({ Output: Buffer.from(console.join('\r\n')).toString('base64') });
}

const notHealthy = (message: string) =>
  explainFailure(BUILD, { Error: 'SiteNotHealthy', Cause: JSON.stringify({ errorMessage: message }) });

beforeEach(async () => {
  for (const client of [ec2, sns]) client.reset();
  await openRecord();
});

test('a site that did not answer is told with two lines of the script, then with what it wrote before', async () => {
  useServer('base', ...START, ...written('one', 'two', 'three', 'four'), FINISHED);
  expect(await notHealthy('The site on i-1 did not become healthy.')).toEqual({
    name: 'SiteNotHealthy',
    message: [
      'The site on i-1 did not become healthy. The user data script is done.',
      '    three',
      '    four',
      'What the script wrote before:',
      '    one',
      '    two',
    ].join('\n'),
  });
});

test('a script that failed just before the time was over is the cause', async () => {
  useServer('base', ...START, ...written('no such package'), FAILED);
  expect(await notHealthy('The site on i-1 did not become healthy.')).toMatchObject({
    name: 'UserDataFailed',
    message: expect.stringMatching(/cloud-init says that it failed\.\n {4}no such package$/),
  });
});

test('a long script is told by its end, and no line of the boot is in it', async () => {
  const many = written(...Array.from({ length: 400 }, (_, at) => `line ${at} ${'x'.repeat(1000)}`));
  useServer('base', ...START, ...many);
  const { message } = await notHealthy('It did not answer.');
  expect(message.split('\n').length).toBeLessThan(20);
  expect(message.length).toBeLessThan(6000);
  expect(message).not.toMatch(/network\.target|Cloud-init v/);
});

test('of a server that tests the image only the end of its console is told', async () => {
  useServer('test', ...START, ...written('noise'), 'ip-10-0-0-9 login:');
  const { message } = await notHealthy('The test of the image failed: the site did not answer.');
  expect(message).toMatch(/^The test of the image failed: .*\nIts console ends with:\n/);
  expect(message).toMatch(/ {4}ip-10-0-0-9 login:$/);
});

describe('a refresh that failed', () => {
  const autoScaling = mockClient(AutoScalingClient);
  const cloudWatch = mockClient(CloudWatchClient);
  const failed = {
    Error: 'RefreshFailed',
    Cause: 'The instance refresh r-1 of fleet ended as RollbackSuccessful. AWS gives no reason.',
  };

  beforeEach(async () => {
    autoScaling.reset();
    cloudWatch.reset();
    await updateRecord(BUILD, { targets: [makeTarget({ alarms: ['errors', 'latency'] })] });
    await openStage(BUILD, 'StartRefresh/fleet', 60_000);
    autoScaling.on(DescribeScalingActivitiesCommand).resolves({ Activities: [] });
    cloudWatch.on(DescribeAlarmsCommand).resolves({ MetricAlarms: [] });
  });

  test('is told with the alarm that has gone off, and why', async () => {
    cloudWatch.on(DescribeAlarmsCommand).resolves({
      MetricAlarms: [
        { AlarmName: 'errors', StateValue: 'ALARM', StateReason: '3 datapoints were over 5' },
        { AlarmName: 'latency', StateValue: 'OK' },
      ],
    });
    const { name, message } = await explainFailure(BUILD, failed);
    expect(name).toBe('RefreshFailed');
    expect(message).toBe(`${failed.Cause}\nAlarm errors (3 datapoints were over 5) has gone off.`);
    expect(cloudWatch.commandCalls(DescribeAlarmsCommand)[0]?.args[0].input).toMatchObject({
      AlarmNames: ['errors', 'latency'],
      AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
    });
  });

  test('is told with what became of its servers, and with nothing of before', async () => {
    const activity = (id: string, at: number, more: object) => ({
      ActivityId: id,
      AutoScalingGroupName: 'fleet',
      StartTime: new Date(at),
      Description: `Terminating EC2 instance: ${id}`,
      Cause: 'At 03:00 a user request changed the capacity.',
      StatusCode: 'Successful' as const,
      ...more,
    });
    const Cause =
      'At 03:00 an instance was taken out of service in response to an ELB system health check failure.';
    autoScaling.on(DescribeScalingActivitiesCommand).resolves({
      Activities: [
        activity('i-1', 70_000, { Cause }),
        activity('i-2', 71_000, {
          Description: 'Launching a new EC2 instance',
          StatusCode: 'Failed',
          StatusMessage: 'We have no capacity',
        }),
        activity('i-3', 72_000, {}),
        activity('i-4', 50_000, { Cause }),
      ],
    });
    const { message } = await explainFailure(BUILD, failed);
    expect(message.split('\n').slice(1)).toEqual([
      `Terminating EC2 instance: i-1: ${Cause}`,
      'Launching a new EC2 instance failed: We have no capacity.',
    ]);
  });

  test('stays what it is where nobody may look', async () => {
    autoScaling
      .on(DescribeScalingActivitiesCommand)
      .rejects(Object.assign(new Error('no'), { name: 'AccessDenied' }));
    expect(await explainFailure(BUILD, failed)).toMatchObject({ message: failed.Cause });
  });
});

test('the record names the stage that failed, and people read the cause first', async () => {
  await openStage(BUILD, 'AwaitHealthySite', 1000);
  const error = {
    name: 'UserDataFailed',
    message: 'The user data script failed on i-1.\n    no such package',
  };
  await failBuild(BUILD, 'FAILED', error);
  const record = await getRecord(BUILD);
  expect(record.error).toEqual({ ...error, stage: 'AwaitHealthySite' });
  expect(record.stages.AwaitHealthySite).toEqual({
    startedAt: '1970-01-01T00:00:01.000Z',
    endedAt: record.endedAt,
    outcome: 'failed',
  });
  const [told] = sns.commandCalls(PublishCommand).map((call) => call.args[0].input);
  expect(told?.Message?.split('\n')).toEqual([
    'The user data script failed on i-1.',
    '    no such package',
    '',
    `Build ${BUILD} of pipeline web ended as FAILED in the stage AwaitHealthySite: UserDataFailed.`,
    '',
  ]);
});

test('of several groups that wait the one whose wait took too long is named', async () => {
  const wait = { region: 'us-east-1', build: BUILD, token: 'token' };
  await openStage(BUILD, 'VerifyFleet/other', 2000);
  await openStage(BUILD, 'AwaitRefresh/fleet', 1000);
  await storeWait({
    ...wait,
    kind: 'refresh',
    resource: 'r-1',
    group: 'fleet',
    stage: 'AwaitRefresh/fleet',
    since: Date.now() - 3 * 24 * 3600_000,
  });
  await failBuild(BUILD, 'FAILED', await explainFailure(BUILD, { Error: 'States.Timeout' }));
  const { error, stages } = await getRecord(BUILD);
  expect(error).toMatchObject({ name: 'RefreshFailed', stage: 'AwaitRefresh/fleet' });
  expect(stages['VerifyFleet/other']).toMatchObject({ outcome: 'stopped' });
});
