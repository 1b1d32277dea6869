import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(__dirname, '../..');

/** A process with an embedded AWS that runs functions in it. Jest keeps from its tests what nobody catches, so it is one of its own. */
async function runHost(program: string): Promise<unknown> {
  const beginning = `
    import { startAws } from './dist/index.js';
    import { LambdaClient, CreateFunctionCommand, GetFunctionConfigurationCommand, InvokeCommand } from '@aws-sdk/client-lambda';
    import { IAMClient, CreateRoleCommand } from '@aws-sdk/client-iam';
    import { zipSync } from 'fflate';
    import { setTimeout as pause } from 'node:timers/promises';
    const aws = await startAws({ functions: 'process', leap: true });
    const [lambda, iam] = [new LambdaClient(aws.client), new IAMClient(aws.client)];
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement:
      [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }] });
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'app', AssumeRolePolicyDocument }));
    async function invoke(FunctionName, body) {
      const ZipFile = zipSync({ 'index.js': Buffer.from('exports.handler = async () => {' + body + '};') });
      await lambda.send(new CreateFunctionCommand({ FunctionName, Role: Role.Arn, Runtime: 'nodejs24.x', Handler: 'index.handler', Code: { ZipFile } }));
      while ((await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).State !== 'Active') await aws.clock.sleep(1);
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
      const answer = JSON.parse(Buffer.from(Payload).toString());
      return answer.errorType ? answer.errorType + ': ' + answer.errorMessage : answer;
    }
  `;
  const args = ['--no-warnings', '--input-type=module', '--eval', `${beginning}${program}`];
  const { stdout } = await run(process.execPath, args, { cwd: root });
  return JSON.parse(stdout);
}

test('what a function leaves uncaught ends the function, and not the process that it runs in', async () => {
  const answers = await runHost(`
    const never = 'await new Promise(() => {});';
    const answers = [
      await invoke('rejection', "Promise.reject(new Error('lost'));" + never),
      await invoke('callback', "require('fs').stat('/', () => { throw new TypeError('in a callback'); });" + never),
      await invoke('emitter', "require('net').connect(1, '127.0.0.1');" + never),
      await invoke('late', "setTimeout(() => Promise.reject(new Error('late')), 1); return 'answered'"),
    ];
    await pause(50);
    await aws.stop();
    console.log(JSON.stringify(answers));
  `);
  expect(answers).toEqual([
    'Runtime.UnhandledPromiseRejection: Error: lost',
    'TypeError: in a callback',
    'Error: connect ECONNREFUSED 127.0.0.1:1',
    'answered',
  ]);
});

test.each(['Promise.reject(new Error("own"));', 'setImmediate(() => { throw new Error("own"); });'])(
  'what the process itself leaves uncaught ends it, as without functions in it: %s',
  async (mistake) => {
    const program = `await invoke('fine', 'return 1'); ${mistake} await pause(5000);`;
    await expect(runHost(program)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Error: own'),
    });
  },
);
