import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import { run, useKeys } from './kit';

const lambda = mockClient(LambdaClient);
useKeys();
beforeEach(() => lambda.reset());

const answer = (value: object, more: object = {}) =>
  lambda.on(InvokeCommand).resolves({ Payload: Buffer.from(JSON.stringify(value)) as never, ...more });
const gc = (...args: string[]) => run(['gc', '--region', 'eu-north-1', ...args]);
const preview = {
  left: [{ build: 'web-1', status: 'FAILED', instances: ['i-1'], images: ['ami-1'] }],
  images: [{ pipeline: 'web', retired: ['ami-2'], kept: [{ imageId: 'ami-3', why: 'a server runs it' }] }],
  alone: [{ id: 'snap-1', build: 'web-0', why: 'its tags were copied' }],
  problems: ['Error: eu-west-1 answers nobody'],
};

test('a dry run says what would go, what stays and why, and changes nothing', async () => {
  answer(preview);
  const { code, output } = await gc('--dry-run', '--stage', 'test');
  expect(output.split('\n')).toEqual([
    '- i-1, ami-1  of web-1, FAILED',
    '- ami-2  an old image of web',
    '= ami-3  an old image of web stays: a server runs it',
    '= snap-1  tagged web-0, is left alone: its tags were copied',
    '? Error: eu-west-1 answers nobody',
    '2 things of builds that are over, 1 old image: would be removed. Nothing was changed.',
    'next: kiln gc --stage test --region eu-north-1',
  ]);
  expect(code).toBe(0);
  const { FunctionName, Payload } = lambda.commandCalls(InvokeCommand)[0]?.args[0].input ?? {};
  expect([FunctionName, String(Payload)]).toEqual(['kiln-test-tidyUp', '{"trial":true}']);
});

test('what people must know is told once it is done', async () => {
  answer({ removed: [], words: ['1 resources are tagged kiln:build and left alone.'] });
  expect((await gc()).output).toMatch(/^⚠ 1 resources are tagged/);
  answer({ removed: [], words: [] });
  expect((await gc()).output).toMatch(/^✔ all is as it should be/);
  expect(JSON.parse((await gc('--json')).output)).toEqual({ removed: [], words: [] });
});

test('what it could not do is exit code 1, and a right that lacks 3', async () => {
  answer({ errorMessage: 'EC2 answers 500' }, { FunctionError: 'Unhandled' });
  expect(await gc()).toMatchObject({ code: 1, errors: expect.stringContaining('EC2 answers 500') });
  lambda
    .on(InvokeCommand)
    .rejects(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }));
  expect(await gc()).toMatchObject({
    code: 3,
    errors: expect.stringContaining('lambda:InvokeFunction of kiln-prod-tidyUp'),
  });
});
