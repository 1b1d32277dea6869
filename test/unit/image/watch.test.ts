import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  EC2Client,
  GetConsoleOutputCommand,
} from '@aws-sdk/client-ec2';
import { mockClient } from 'aws-sdk-client-mock';
import { getRecord, moveStatus } from '../../../src/build/record';
import { openStage } from '../../../src/build/stages';
import { parseConsole } from '../../../src/image/watch/console';
import { awaitUserData, lookAtInstance } from '../../../src/image/watch/watch';
import { findOwnLog, tellOfScript } from '../../../src/image/watch/words';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';

const ec2 = mockClient(EC2Client);
useTable();

const START = [
  '[    0.000000] Linux version 6.1.0 (mockbuild@kernel)',
  '[  OK  ] Started systemd-resolved.service - Network Name Resolution.',
  "[   11.000000] cloud-init[1534]: Cloud-init v. 22.2.2 running 'init' at Sun, 29 Nov 2026 03:00:00 +0000. Up 11.00 seconds.",
  '[   11.100000] cloud-init[1534]: ci-info: +++++++++Net device info+++++++++',
  "[   13.000000] cloud-init[1534]: Cloud-init v. 22.2.2 running 'modules:final' at Sun, 29 Nov 2026 03:00:02 +0000. Up 13.00 seconds.",
];
const SCRIPT = [
  '[   14.000000] cloud-init[1534]: Installed:',
  '[   14.100000] cloud-init[1534]:   httpd-2.4.62-1.amzn2023.x86_64',
  '[   14.200000] cloud-init[1534]: unpacking the shop',
  '[   14.300000] cloud-init[1534]: tar: /tmp/shop.tar.gz: Cannot open: No such file or directory',
  '[   14.400000] cloud-init[1534]: tar: Error is not recoverable: exiting now',
];
const FAILED = [
  '[   14.500000] cloud-init[1534]: 2026-11-29 03:00:04,000 - util.py[WARNING]: Failed running /var/lib/cloud/instance/scripts/part-001 [2]',
  '[   14.500000] cloud-init[1534]: 2026-11-29 03:00:04,000 - cc_scripts_user.py[WARNING]: Failed to run module scripts-user (scripts in /var/lib/cloud/instance/scripts)',
  "[   14.500000] cloud-init[1534]: 2026-11-29 03:00:04,000 - util.py[WARNING]: Running module scripts-user (<module 'cloudinit.config.cc_scripts_user' from '/usr/lib/python3.9/site-packages/cloudinit/config/cc_scripts_user.py'>) failed",
];
const FINISHED = [
  '[   15.000000] cloud-init[1534]: Cloud-init v. 22.2.2 finished at Sun, 29 Nov 2026 03:00:05 +0000. Datasource DataSourceEc2.  Up 15.00 seconds',
  'Amazon Linux 2023',
  'Kernel 6.1.0 on an x86_64 (-)',
  'ip-10-0-0-9 login:',
];

function useConsole(...lines: string[]): void {
  ec2.on(GetConsoleOutputCommand).resolves({ Output: Buffer.from(lines.join('\r\n')).toString('base64') });
}

function useInstance(
  Name: 'running' | 'stopping' | 'terminated',
  reason?: { Code: string; Message: string },
): void {
  const instance = { InstanceId: 'i-1', State: { Name }, ...(reason && { StateReason: reason }) };
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [instance] }] });
}

function useStatus(
  Status: 'ok' | 'initializing' | 'impaired',
  where: 'InstanceStatus' | 'SystemStatus',
): void {
  const Details = [
    {
      Name: 'reachability' as const,
      Status: Status === 'impaired' ? ('failed' as const) : ('passed' as const),
    },
  ];
  ec2.on(DescribeInstanceStatusCommand).resolves({
    InstanceStatuses: [
      { InstanceStatus: { Status: 'ok' }, SystemStatus: { Status: 'ok' }, [where]: { Status, Details } },
    ],
  });
}

beforeEach(async () => {
  ec2.reset();
  useInstance('running');
  useStatus('initializing', 'InstanceStatus');
  useConsole(...START);
  await openRecord();
});

const seen = {
  Error: 'SiteNotReady',
  Cause: JSON.stringify({
    errorMessage: 'After 25 s http://10.0.0.9:80/ did not answer: connect ECONNREFUSED.',
  }),
};
const watched = (secondsAgo = 25) => ({ instanceId: 'i-1', launchedAt: Date.now() - secondsAgo * 1000 });
const look = (purpose: 'base' | 'test' = 'base', secondsAgo?: number) =>
  lookAtInstance({
    build: { id: BUILD, pipeline: 'web' },
    stage: purpose === 'base' ? 'AwaitHealthySite' : 'AwaitHealthyTest',
    purpose,
    instance: watched(secondsAgo),
    seen,
  });
const awaitScript = (secondsAgo?: number) =>
  awaitUserData({
    build: { id: BUILD, pipeline: 'web' },
    stage: 'AwaitUserData',
    instance: watched(secondsAgo),
    healthy: { port: 80, path: '/', status: 200, times: 3, within: 600 },
    healthyAt: Date.now(),
  });

test('user data that failed ends the wait, with the cause first, then two lines of the script, then the rest', async () => {
  useConsole(...START, ...SCRIPT, ...FAILED, ...FINISHED);
  const error = await look().catch((thrown: Error) => thrown);
  expect(error).toMatchObject({ name: 'UserDataFailed' });
  expect((error as Error).message.split('\n')).toEqual([
    'The user data script failed on i-1 within 25 s of its launch: cloud-init says that it failed with status 2.',
    '    tar: /tmp/shop.tar.gz: Cannot open: No such file or directory',
    '    tar: Error is not recoverable: exiting now',
    'What the script wrote before:',
    '    Installed:',
    '      httpd-2.4.62-1.amzn2023.x86_64',
    '    unpacking the shop',
  ]);
});

test.each([
  [
    'terminated',
    'Client.UserInitiatedShutdown',
    /is terminated 25 s after.*User initiated.*Kiln did not do that/,
  ],
  ['terminated', 'Client.InstanceInitiatedShutdown', /is terminated 25 s after.*It shut itself down/],
  ['stopping', 'Server.ScheduledStop', /is stopping 25 s after/],
] as const)(
  'a base instance that is %s (%s) ends the wait with the reason of AWS',
  async (state, Code, words) => {
    useInstance(state, { Code, Message: `${Code}: User initiated shutdown` });
    await expect(look()).rejects.toMatchObject({
      name: 'InstanceFailed',
      message: expect.stringMatching(words),
    });
  },
);

test.each(['InstanceStatus', 'SystemStatus'] as const)(
  'a base instance whose %s is impaired ends the wait',
  async (where) => {
    useStatus('impaired', where);
    await expect(look()).rejects.toMatchObject({
      name: 'InstanceFailed',
      message: expect.stringMatching(/is impaired .* status check \(reachability failed\)/),
    });
  },
);

test('an instance that EC2 does not list yet is waited for, and one that it knows no more ends the wait', async () => {
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
  const gone = Object.assign(new Error('gone'), { name: 'InvalidInstanceID.NotFound' });
  ec2.on(DescribeInstanceStatusCommand).rejects(gone);
  ec2.on(GetConsoleOutputCommand).rejects(gone);
  await look();
  await expect(look('base', 400)).rejects.toMatchObject({ name: 'InstanceFailed' });
});

test('the server that tests an image ends the wait too when it is lost, and says that it was the test', async () => {
  useInstance('terminated', { Code: 'Client.UserInitiatedShutdown', Message: 'User initiated shutdown' });
  await expect(look('test')).rejects.toMatchObject({
    name: 'InstanceFailed',
    message: expect.stringMatching(/^The test of the image failed: its server i-1 is terminated/),
  });
});

test('an instance that is as it should be is waited for, and the record says what was seen', async () => {
  await openStage(BUILD, 'AwaitHealthySite', 1000, 'the site on i-1');
  await look();
  expect((await getRecord(BUILD)).stages.AwaitHealthySite).toEqual({
    startedAt: '1970-01-01T00:00:01.000Z',
    waitsFor: 'the site on i-1',
    says: 'After 25 s http://10.0.0.9:80/ did not answer: connect ECONNREFUSED. The instance is running, its status checks initializing.',
    seenAt: expect.any(String),
  });
});

test('what is seen after a build has ended changes nothing of its record', async () => {
  await openStage(BUILD, 'AwaitHealthySite', 1000, 'the site on i-1');
  await moveStatus(BUILD, ['RUNNING'], 'ABORTED');
  const before = await getRecord(BUILD);
  await look();
  useConsole(...START, ...FINISHED);
  await awaitScript();
  expect(await getRecord(BUILD)).toEqual(before);
});

test('a script that runs is waited for though its site answers', async () => {
  useConsole(...START, ...SCRIPT);
  await expect(awaitScript()).rejects.toMatchObject({ name: 'SiteNotReady' });
  useConsole(...START, ...SCRIPT, ...FINISHED);
  await awaitScript();
});

test('a script that fails fails the build though its site answers', async () => {
  useConsole(...START, ...SCRIPT, ...FAILED, ...FINISHED);
  await expect(awaitScript()).rejects.toMatchObject({ name: 'UserDataFailed' });
});

test('a script that never ends fails the build when the time of the pipeline is over', async () => {
  useConsole(...START, ...SCRIPT);
  await expect(awaitScript(601)).rejects.toMatchObject({
    name: 'UserDataFailed',
    message: expect.stringMatching(
      /^The site answers, but the user data script on i-1 still runs after 601 s/,
    ),
  });
});

test('where the console is an old one a script that answers is taken at its word', async () => {
  ec2
    .on(GetConsoleOutputCommand, { InstanceId: 'i-1', Latest: true })
    .rejects(Object.assign(new Error('not Nitro'), { name: 'UnsupportedOperation' }))
    .on(GetConsoleOutputCommand, { InstanceId: 'i-1' }, true)
    .resolves({ Output: Buffer.from([...START, ...SCRIPT].join('\n')).toString('base64') });
  await awaitScript();
});

const OTHERS: [string, string[], Partial<ReturnType<typeof parseConsole>>][] = [
  [
    'Amazon Linux 2',
    [
      "[   12.8] cloud-init[2230]: Cloud-init v. 19.3-45.amzn2 running 'modules:final' at Tue, 07 Jun 2022 16:14:40 +0000. Up 12.8 seconds.",
      "[   13.1] cloud-init[2230]: ERROR: Unsupported distribution 'amzn'",
      '[   13.2] cloud-init[2230]: Jun 07 16:14:44 cloud-init[2532]: util.py[WARNING]: Failed running /var/lib/cloud/instance/scripts/part-002 [1]',
      '[   13.3] cloud-init[2230]: Jun 07 16:14:44 cloud-init[2532]: cc_scripts_user.py[WARNING]: Failed to run module scripts-user (scripts in /var/lib/cloud/instance/scripts)',
    ],
    {
      script: ["ERROR: Unsupported distribution 'amzn'"],
      failure: 'cloud-init says that it failed with status 1',
      isRunning: true,
    },
  ],
  [
    'Ubuntu 24.04, which gives no status',
    [
      "[   10.5] cloud-init[812]: Cloud-init v. 24.3.1 running 'modules:final' at Tue, 29 Oct 2024 14:39:00 +0000. Up 10.5 seconds.",
      '[   11.0] cloud-init[812]: E: Unable to locate package apache3',
      '[   11.1] cloud-init[812]: 2024-10-29 14:39:35,624 - cc_scripts_user.py[WARNING]: Failed to run module scripts_user (scripts in /var/lib/cloud/instance/scripts)',
    ],
    { script: ['E: Unable to locate package apache3'], failure: 'cloud-init says that it failed' },
  ],
  [
    'a script that prints such words itself',
    [
      "[   10.5] cloud-init[812]: Cloud-init v. 24.3.1 running 'modules:final' at Tue, 29 Oct 2024 14:39:00 +0000. Up 10.5 seconds.",
      '[   11.0] cloud-init[812]: Failed to run module scripts-user, says the script',
    ],
    { failure: undefined, script: ['Failed to run module scripts-user, says the script'] },
  ],
  [
    'a script that logs through logger',
    ['<13>Nov 29 03:00:04 user-data: no such package'],
    { script: ['no such package'] },
  ],
  ['nothing yet', [], { script: [], failure: undefined, isRunning: undefined }],
];
test.each(OTHERS)('the console of %s is understood', (_what, lines, expected) => {
  expect(parseConsole(lines.join('\r\n'))).toMatchObject(expected);
});

test.each([
  ['exec > /var/log/setup.log 2>&1', '/var/log/setup.log'],
  ['exec >>/var/log/setup.log', '/var/log/setup.log'],
  ['exec &> /root/out; set -e', '/root/out'],
  ['exec > >(tee /var/log/user-data.log) 2>&1', undefined],
  ['exec nginx -g daemon', undefined],
])('of the script with %s the log of its own is %s', (line, file) => {
  expect(findOwnLog(`#!/bin/bash\n${line}\n`)).toBe(file);
});

test('what only the emulated machine cannot do is the cause that the build shows', () => {
  const refused =
    '/var/lib/cloud/instance/scripts/part-001: line 2: the emulated machine has no package docker; Amazon Linux 2023 has';
  const console = parseConsole([...START, `[   14.1] cloud-init[1534]: ${refused}`, ...FAILED].join('\n'));
  expect(tellOfScript('It failed.', console, '#!/bin/bash\n').split('\n')).toContain(`    ${refused}`);
});

test('a script that keeps its output to itself gets a hint how it would be here', () => {
  const quiet = parseConsole([...START, ...FAILED].join('\n'));
  expect(tellOfScript('It failed.', quiet, '#!/bin/bash\nexec > /var/log/setup.log 2>&1\n')).toBe(
    'It failed.\nThe script wrote nothing to the console.\nThe script sends its output to /var/log/setup.log, which goes with the instance. With "exec > >(tee /var/log/setup.log) 2>&1" it is on the console too, and here.',
  );
});

test.each([
  [
    ['fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden'],
    'lacks s3:GetObject on that object: base instances may read the artifacts bucket, and others that a pipeline file names under base.buckets',
  ],
  [
    [
      '+ aws s3 cp s3://my-bucket/site.tar.gz /tmp',
      'fatal error: An error occurred (403) when calling the HeadObject operation: Forbidden',
    ],
    'lacks s3:GetObject on s3://my-bucket/site.tar.gz',
  ],
  [
    [
      'download failed: s3://my-bucket/a to ./a An error occurred (AccessDenied) when calling the GetObject operation: Access Denied',
    ],
    'lacks s3:GetObject on s3://my-bucket/a',
  ],
  [
    ['An error occurred (AccessDenied) when calling the ListObjectsV2 operation: Access Denied'],
    'lacks s3:ListBucket, which they never have',
  ],
])('a script that S3 refused to read for is told which permission lacks', (script, said) => {
  const console = { script, failure: 'it failed', isRunning: false, lines: script };
  expect(tellOfScript('The script failed.', console, '#!/bin/bash')).toContain(
    `The role of base instances ${said}`,
  );
});

test('a script that failed otherwise is told of no permission', () => {
  const script = ['An error occurred (404) when calling the HeadObject operation: Key "x" does not exist'];
  const console = { script, failure: 'it failed', isRunning: false, lines: script };
  expect(tellOfScript('The script failed.', console, '#!/bin/bash')).not.toContain('lacks');
});
