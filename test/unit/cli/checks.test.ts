import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { FakeApi, problem, run, runAt, useKeys } from './kit';

useKeys();

const GOOD = `base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\nhealthy: { port: 80, path: / }\n`;

describe('kiln validate', () => {
  let folder: string;
  const put = async (path: string, text: string) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kiln-validate-'));
    for (const name of ['api', 'web']) {
      await put(`${name}/pipeline.yml`, GOOD);
      await put(`${name}/user-data.sh`, '#!/bin/bash\necho hello\n');
    }
  });
  afterEach(() => rm(folder, { recursive: true }));

  const validate = (...args: string[]) => run(['validate', ...args, '--folder', folder]);

  test('says which are valid', async () => {
    const { code, output, errors } = await validate();
    expect([code, output, errors]).toEqual([0, '✔ 2 pipelines valid: api, web', '']);
    expect((await validate('web')).output).toBe('✔ 1 pipeline valid: web');
  });

  test('tells all that is wrong in all files, each with the key that was probably meant', async () => {
    await put('web/pipeline.yml', GOOD.replace('healthy', 'helathy'));
    await put('api/pipeline.yml', GOOD.replace('image', 'imgae'));
    const { code, output, errors } = await validate();
    expect(errors).toMatch(/helathy: unknown key, expected one of .* \(line 2\)\. Did you mean healthy\?/);
    expect(errors).toMatch(/base\.imgae: unknown key, expected one of .*\. Did you mean image\?/);
    expect([code, output]).toEqual([1, '']);
  });

  test('looks at what is different in a stage, too', async () => {
    await put('web/pipeline.test.yml', 'whenBusy: sometimes\n');
    const { code, errors } = await validate('web');
    expect(errors).toContain('pipeline.test.yml: whenBusy: expected');
    expect(code).toBe(1);
    expect((await validate('web', '--stage', 'prod')).code).toBe(0);
  });

  test('is exit code 3 for a pipeline that is not there, and suggests one', async () => {
    const { code, errors } = await validate('wbe');
    expect(errors).toBe('no pipeline is named "wbe": there are api, web. Did you mean web?');
    expect(code).toBe(3);
  });

  test('as JSON', async () => {
    expect(JSON.parse((await validate('--json')).output)).toEqual({
      valid: true,
      pipelines: ['api', 'web'],
      problems: [],
    });
    await put('web/pipeline.yml', '[]');
    const { code, output } = await validate('web', '--json');
    expect(JSON.parse(output)).toMatchObject({
      valid: false,
      problems: [expect.stringContaining('is not valid')],
    });
    expect(code).toBe(1);
  });
});

describe('kiln completion', () => {
  /** What bash would offer for words that were typed; the last one is not finished. */
  const complete = async (...words: string[]) => {
    const { output } = await run(['completion', 'bash']);
    const quoted = ['kiln', ...words].map((word) => `'${word}'`).join(' ');
    const script = `${output}\nCOMP_WORDS=(${quoted}); COMP_CWORD=${words.length}; _kiln; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const cwd = join(__dirname, '../../..');
    return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd }).trim().split('\n');
  };

  test('bash completes commands, their options, pipelines and words', async () => {
    expect(await complete('pip')).toEqual(['pipelines']);
    expect(await complete('build', '--no')).toEqual(['--no-rollout']);
    expect(await complete('watch', '')).toEqual(['api', 'web']);
    expect(await complete('completion', 'f')).toEqual(['fish']);
  });

  test.each(['zsh', 'fish'])('%s gets each command with what it is for', async (shell) => {
    const { code, output } = await run(['completion', shell]);
    for (const text of [
      'rollback',
      'validate',
      'no-rollout',
      "print what the script of a build'\\''s server wrote",
    ])
      expect(output).toContain(text);
    expect(code).toBe(0);
  });

  test('another shell is wrong usage', async () => {
    expect((await run(['completion', 'tcsh'])).code).toBe(2);
  });
});

describe('kiln doctor', () => {
  const api = new FakeApi();
  const sts = mockClient(STSClient);
  const cloudFormation = mockClient(CloudFormationClient);
  beforeAll(() => api.start());
  afterAll(() => api.stop());
  beforeEach(() => {
    api.reset();
    sts.reset();
    cloudFormation.reset();
    sts
      .on(GetCallerIdentityCommand)
      .resolves({ Arn: 'arn:aws:iam::111122223333:user/eva', Account: '111122223333' });
    api.on('GET /pipelines', {
      body: { pipelines: [{ name: 'web', queued: [], groups: [], parameters: {} }] },
    });
    api.on('POST /pipelines/web/plan', { body: plan });
    api.on('GET /fleet', { body: { at: '', groups: [group] } });
  });
  const target = { autoScalingGroup: 'kiln-fleet-web', servers: 3, fromVersion: '1', action: 'rollOut' };
  const plan = {
    id: 'p-1',
    pipeline: 'web',
    at: '',
    changes: [],
    targets: [target],
    blockers: [],
    notKnown: [],
  };
  const server = { instanceId: 'i-1', zone: 'a', type: 't', state: 'InService', healthy: true, right: true };
  const group = {
    autoScalingGroup: 'kiln-fleet-web',
    pipeline: 'web',
    want: {},
    problems: [],
    servers: [server],
  };

  test('where all is well says so, a line a check', async () => {
    const { code, output } = await runAt(api, ['doctor'], { columns: 200 });
    expect(output.split('\n')).toEqual([
      expect.stringMatching(/^✔ files {11}2 pipelines in .*pipelines valid: api, web$/),
      '✔ region          eu-north-1',
      '✔ credentials     arn:aws:iam::111122223333:user/eva of account 111122223333',
      `✔ stack           kiln-prod: ${api.url}`,
      '✔ api             answers, and has the pipeline web',
      '✔ web             a build could start, and roll out to kiln-fleet-web',
      '✔ kiln-fleet-web  1 server, all right and healthy',
      '✔ nothing is in the way of a build',
    ]);
    expect(code).toBe(0);
  });

  test('tells each thing that would stop a build, with what mends it', async () => {
    const hold = { message: 'web is held by eva' };
    api.on('GET /pipelines', {
      body: { pipelines: [{ name: 'web', hold, queued: [], groups: [], parameters: {} }] },
    });
    const blockers = [
      'there is no SSM parameter /kiln/web/site in this account',
      'kiln-fleet-web uses $Latest',
    ];
    api.on('POST /pipelines/web/plan', { body: { ...plan, blockers } });
    const sick = { ...group, servers: [{ ...server, healthy: false }] };
    api.on('GET /fleet', { body: { at: '', groups: [sick] } });
    const { code, output } = await runAt(api, ['doctor', '--json']);
    const { healthy, checks } = JSON.parse(output);
    expect(healthy).toBe(false);
    const flags = ` --region eu-north-1 --api ${api.url}`;
    expect(checks.filter(({ outcome }: { outcome: string }) => outcome === 'bad')).toEqual([
      { name: 'web', outcome: 'bad', text: 'web is held by eva', mend: `kiln resume web${flags}` },
      { name: 'web', outcome: 'bad', text: blockers[0], mend: `kiln push web${flags}` },
      { name: 'web', outcome: 'bad', text: blockers[1] },
      {
        name: 'kiln-fleet-web',
        outcome: 'bad',
        text: 'not healthy of 1 server: i-1',
        mend: `kiln fleet web${flags}`,
      },
    ]);
    expect(code).toBe(1);
  });

  test('a fleet that is not as it was left is to be looked at, and stops no build', async () => {
    const wrong = {
      ...group,
      problems: ['its default version was moved'],
      servers: [{ ...server, right: false }],
    };
    api.on('GET /fleet', { body: { at: '', groups: [wrong] } });
    const { code, output } = await runAt(api, ['doctor'], { columns: 300 });
    const text = 'its default version was moved; 1 server of 1 not what should run: kiln fleet web';
    expect(output).toContain(`⚠ kiln-fleet-web  ${text}`);
    expect(code).toBe(0);
  });

  test('stops where there is nothing behind: no region, no credentials, no stack', async () => {
    const last = (output: string) => output.split('\n').slice(-2);
    expect(last((await run(['doctor'])).output)[0]).toMatch(/^✖ region .*give --region/);
    cloudFormation
      .on(DescribeStacksCommand)
      .rejects(
        Object.assign(new Error('Stack with id kiln-prod does not exist'), { name: 'ValidationError' }),
      );
    const args = ['doctor', '--region', 'eu-north-1'];
    const stack = await run(args);
    expect(last(stack.output)).toEqual([
      expect.stringMatching(/^✖ stack .*npx serverless deploy/),
      '✖ 1 of 4 in the way of a build',
    ]);
    expect(stack.code).toBe(1);
    sts.on(GetCallerIdentityCommand).rejects(Object.assign(new Error('old'), { name: 'ExpiredToken' }));
    expect(last((await run(args)).output)[0]).toMatch(
      /^✖ credentials .*AWS does not take them: old: aws sso login/,
    );
  });

  test('what an older service cannot say is not known, and no fault', async () => {
    api.reset();
    api.on('GET /pipelines', {
      body: { pipelines: [{ name: 'web', queued: [], groups: [], parameters: {} }] },
    });
    const { code, output } = await runAt(api, ['doctor'], { columns: 80 });
    expect(output).toContain('? web             the service that is deployed');
    expect(output.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(code).toBe(0);
  });

  test('a pipeline that is not valid is bad', async () => {
    api.on('POST /pipelines/web/plan', problem(422, 'InvalidPipeline', 'web is not valid'));
    const { code, output } = await runAt(api, ['doctor'], { columns: 200 });
    expect(output).toContain('✖ web             InvalidPipeline: web is not valid: kiln plan web');
    expect(code).toBe(1);
  });
});
