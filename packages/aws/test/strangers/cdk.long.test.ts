import { execFile } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Aws } from '../../src';
import { newAws } from '../../src/testing';
import { newcomer } from './installed';

const PROGRAM = createRequire(__filename).resolve('aws-cdk/bin/cdk');

let aws: Aws;
let guest: Awaited<ReturnType<typeof newcomer>>;
let cloudFormation: CloudFormationClient;
let ssm: SSMClient;
beforeAll(async () => {
  // The command line waits in real time, and asks every five seconds.
  aws = await newAws({ timeScale: 100 });
  guest = await newcomer(aws);
  await cp(join(__dirname, 'cdk'), guest.home, { recursive: true });
  cloudFormation = new CloudFormationClient(aws.client);
  ssm = new SSMClient(aws.client);
});
afterAll(async () => {
  for (const client of [cloudFormation, ssm]) client.destroy();
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

const stack = async (StackName: string) =>
  (await cloudFormation.send(new DescribeStacksCommand({ StackName }))).Stacks?.[0];
const site = async () => (await ssm.send(new GetParameterCommand({ Name: '/fleet/site' }))).Parameter?.Value;

test('a stack is bootstrapped, deployed, told apart, deployed anew and destroyed by the CDK', async () => {
  expect(await cdk('bootstrap', 'one')).toContain('bootstrapped.');
  expect(await cdk('bootstrap', 'one')).toContain('bootstrapped (no changes).');
  expect(await stack('CDKToolkit')).toMatchObject({ StackStatus: 'CREATE_COMPLETE' });

  expect(await cdk('deploy --require-approval never', 'one')).toContain('✅  Fleet');
  expect(await site()).toBe('one');
  expect(await cdk('diff', 'one')).toContain('There were no differences');
  expect(await cdk('diff', 'two')).toMatch(/\[-\] one\n.*\[\+\] two/);
  expect(await cdk('deploy --require-approval never', 'two')).toContain('✅  Fleet');
  expect(await site()).toBe('two');

  expect(await cdk('destroy --force', 'two')).toContain('Fleet: destroyed');
  await expect(stack('Fleet')).rejects.toThrow('Stack with id Fleet does not exist');
  await expect(site()).rejects.toThrow();
}, 120_000);
