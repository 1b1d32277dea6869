import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { get } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeNatGatewaysCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Aws } from '../../src';
import { newAws } from '../../src/testing';
import { newcomer } from './installed';

const PROGRAM = createRequire(__filename).resolve('aws-cdk/bin/cdk');

let aws: Aws;
let guest: Awaited<ReturnType<typeof newcomer>>;
let cloudFormation: CloudFormationClient;
let ssm: SSMClient;
let ec2: EC2Client;
beforeAll(async () => {
  // The command line waits in real time, and asks every five seconds; the sessions that it takes on hold for an hour of AWS's.
  aws = await newAws({ timeScale: 75 });
  guest = await newcomer(aws);
  await cp(join(__dirname, 'cdk'), guest.home, { recursive: true });
  cloudFormation = new CloudFormationClient(aws.client);
  ssm = new SSMClient(aws.client);
  ec2 = new EC2Client(aws.client);
});
afterAll(async () => {
  for (const client of [cloudFormation, ssm, ec2]) client.destroy();
  await guest.leave();
  await aws.stop();
});

/** Runs the CDK's command line in a folder of its own. @returns what it printed; its exit code is 0 */
function cdk(words: string, site: string): Promise<string> {
  const args = [PROGRAM, ...words.split(' '), '--no-notices', '--no-color'];
  const env = {
    ...guest.env,
    CI: 'true',
    SITE: site,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    NODE_NO_WARNINGS: '1',
  };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: guest.home, env, timeout: 60_000 }, (error, out, errors) => {
      if (error) reject(new Error(`cdk ${words}: ${error.message}\n${out}\n${errors}`));
      else resolve(`${out}${errors}`);
    });
  });
}

/** Minutes of AWS's time that something takes. */
async function minutesOf(work: () => Promise<unknown>): Promise<number> {
  const began = aws.clock.now().getTime();
  await work();
  return (aws.clock.now().getTime() - began) / 60_000;
}

const stack = async (StackName: string) =>
  (await cloudFormation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
const outputs = async () =>
  Object.fromEntries(
    ((await stack('Fleet'))?.Outputs ?? []).map(({ OutputKey = '', OutputValue }) => [
      OutputKey,
      OutputValue,
    ]),
  );
const parameter = async () =>
  (await ssm.send(new GetParameterCommand({ Name: '/fleet/site' }))).Parameter?.Value;

/** A page of the site, through the front door as a proxy. */
async function browse(): Promise<string> {
  const { hostname, port } = new URL(aws.endpoint);
  const { Host } = await outputs();
  return new Promise((resolve, reject) => {
    get({ host: hostname, port, path: `http://${Host}/`, headers: { host: Host } }, (response) =>
      text(response).then(resolve, reject),
    ).once('error', reject);
  });
}

/** Until the servers answer, as load balancers' own checks find them. */
async function welcome(words: string): Promise<void> {
  for (let tries = 0; tries < 60; tries += 1) {
    if ((await browse().catch(() => '')).includes(words)) return;
    await aws.clock.sleep('10s');
  }
  expect(await browse()).toContain(words);
}

test('a fleet is bootstrapped, deployed, compared, refreshed and destroyed by the CDK', async () => {
  expect(await cdk('bootstrap', 'one')).toContain('bootstrapped.');
  expect(await stack('CDKToolkit')).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });

  const deploy = 'deploy --require-approval never';
  const making = await minutesOf(async () => expect(await cdk(deploy, 'one')).toContain('✅  Fleet'));
  expect(making).toBeGreaterThan(3);
  expect(await outputs()).toMatchObject({ Length: '3' });
  expect(await parameter()).toBe('one');
  await welcome('Welcome one');

  expect(await cdk('diff', 'one')).toContain('There were no differences');
  expect(await cdk('diff', 'two')).toMatch(/AWS::EC2::LaunchTemplate Template[\s\S]+Custom::Site Site/);
  expect(await cdk(deploy, 'two')).toContain('✅  Fleet');
  expect(await parameter()).toBe('two');
  await welcome('Welcome two');

  expect(await cdk('destroy --force', 'two')).toContain('Fleet: destroyed');
  await expect(stack('Fleet')).rejects.toThrow('Stack with id Fleet does not exist');
  await expect(parameter()).rejects.toThrow();
  const { Vpcs } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['false'] }] }),
  );
  expect(Vpcs).toEqual([]);
  const { NatGateways } = await ec2.send(new DescribeNatGatewaysCommand({}));
  expect(NatGateways).toMatchObject([{ State: 'deleted' }]);
}, 180_000);

test('what the embedded AWS lacks is named, before anything is made', async () => {
  await cdk('bootstrap', 'one');
  await expect(cdk('deploy --require-approval never', 'a queue')).rejects.toThrow(
    'the resource types [AWS::SQS::Queue] are not supported by the embedded AWS',
  );
});
