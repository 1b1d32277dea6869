import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { run, useKeys } from './kit';

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

  test('of a folder that is not there is wrong usage', async () => {
    const { code, errors } = await run(['validate', '--folder', join(folder, 'nope')]);
    expect(errors).toBe(`kiln: there is no folder ${join(folder, 'nope')}: say --folder`);
    expect(code).toBe(2);
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
