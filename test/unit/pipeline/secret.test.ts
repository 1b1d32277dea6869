import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidParameter } from '../../../src/errors';
import { checkParameters, hideSecrets } from '../../../src/pipeline/parameters';
import { parseSecret, writeSecret } from '../../../src/pipeline/secret';
import { renderUserData } from '../../../src/pipeline/user-data';
import { makeFolder, removeFolders } from './folders';
import { samplePipeline } from './sample';

afterEach(removeFolders);

const ARN = 'arn:aws:secretsmanager:eu-north-1:123456789012:secret:web/api-key-AbCdEf';
const VERSION = '01234567-89ab-cdef-0123-456789abcdef';

test.each([
  ['resolve:ssm:/web/db', { service: 'ssm', id: '/web/db' }],
  ['resolve:ssm:/web/db:3', { service: 'ssm', id: '/web/db', version: '3' }],
  ['resolve:secretsmanager:web/api-key', { service: 'secretsmanager', id: 'web/api-key' }],
  [`resolve:secretsmanager:${ARN}:${VERSION}`, { service: 'secretsmanager', id: ARN, version: VERSION }],
])('%s is a reference, and is written as it was read', (text, reference) => {
  expect(parseSecret(text)).toEqual(reference);
  expect(writeSecret(reference as never)).toBe(text);
});

test.each([
  'hunter2',
  '',
  'resolve:ssm:',
  "resolve:ssm:/a'; reboot; '",
  'resolve:secretsmanager:a b',
  'resolve:secretsmanager:a\nresolve:ssm:/b',
  'resolve:ssm:/a\n',
  'resolve:s3:x',
])('%j is none', (text) => expect(parseSecret(text)).toBeUndefined());

describe('a parameter that is secret', () => {
  const pipeline = samplePipeline({
    parameters: { PASSWORD: { secret: true, default: 'resolve:ssm:/web/db' }, MOTTO: { default: 'hei' } },
  });

  test('takes references, by default and as given', () => {
    expect(checkParameters(pipeline, {}).PASSWORD).toBe('resolve:ssm:/web/db');
    const given = { PASSWORD: `resolve:secretsmanager:${ARN}` };
    expect(checkParameters(pipeline, given)).toMatchObject(given);
  });

  test.each(['hunter2', '', 'resolve:hunter2', 'resolve:ssm:hunter 2'])(
    'refuses %j without repeating it',
    (PASSWORD) => {
      const refusal = () => checkParameters(pipeline, { PASSWORD });
      expect(refusal).toThrow(InvalidParameter);
      expect(refusal).toThrow('parameter PASSWORD is secret: expected resolve:ssm:NAME of a SecureString');
      expect(refusal).not.toThrow(/hunter/);
    },
  );

  test('is kept as a reference, and not at all where a value stands in its place', () => {
    expect(hideSecrets(pipeline, { PASSWORD: 'hunter2', MOTTO: 'x' })).toEqual({
      PASSWORD: '(not kept)',
      MOTTO: 'x',
    });
    expect(hideSecrets(pipeline, { PASSWORD: 'resolve:ssm:/web/db:3' })).toEqual({
      PASSWORD: 'resolve:ssm:/web/db:3',
    });
  });
});

/** Runs user data as cloud-init does, on a machine whose AWS CLI knows one secret. */
function run(userData: string, value: string) {
  const bin = makeFolder({});
  writeFileSync(join(bin, 'value'), value);
  // Told apart by its arguments, which come from references.
  writeFileSync(
    join(bin, 'aws'),
    `#!/bin/sh\necho "$*" >> '${bin}/calls'\ncase "$*" in *missing*) echo 'An error occurred (ParameterNotFound)' >&2; exit 254;; *binary*) echo None;; *) cat '${bin}/value'; echo;; esac\n`,
  );
  chmodSync(join(bin, 'aws'), 0o755);
  writeFileSync(join(bin, 'user-data'), userData);
  chmodSync(join(bin, 'user-data'), 0o755);
  const env = { PATH: `${bin}:${process.env.PATH}` };
  const ran = spawnSync(join(bin, 'user-data'), [], { env, encoding: 'utf8' });
  const calls = spawnSync('cat', [join(bin, 'calls')], { encoding: 'utf8' }).stdout.trim();
  return { ...ran, calls };
}

const SHOW = 'sh -c \'printf "%s|%s" "$A" "$PASSWORD"\'\n';
const render = (reference: string, shebang = '#!/bin/bash', script = SHOW) =>
  renderUserData(`${shebang}\n${script}`, { A: 'a', PASSWORD: reference }, 'web', ['PASSWORD']).toString();

describe('user data', () => {
  test.each([
    ['resolve:ssm:/web/db:3', 'ssm get-parameter --with-decryption --name /web/db:3 --query Parameter.Value'],
    [
      `resolve:secretsmanager:${ARN}:${VERSION}`,
      `secretsmanager get-secret-value --region eu-north-1 --secret-id ${ARN} --version-id ${VERSION}`,
    ],
    ['resolve:secretsmanager:web/api-key', 'secretsmanager get-secret-value --secret-id web/api-key'],
  ])('has %s read by the instance', (reference, call) => {
    const { status, stdout, calls } = run(render(reference), 'hunter2');
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'a|hunter2' });
    expect(calls).toContain(call);
  });

  test.each(['$(touch x)', "it's; reboot", '"', '\\', 'a\nb', '*', '-n', 'blåbær 🫐', ' '])(
    'finds the secret %j as it is',
    (value) => {
      expect(run(render('resolve:ssm:/web/db'), value).stdout).toBe(`a|${value}`);
    },
  );

  test.each(['#!/bin/bash -x', '#!/bin/bash -ex', '#!/bin/sh -x'])(
    'does not trace the secret under %s, and traces what follows',
    (shebang) => {
      const { status, stderr } = run(render('resolve:ssm:/web/db', shebang, 'echo after\n'), 'hunter2');
      expect(status).toBe(0);
      expect(stderr).not.toContain('hunter2');
      expect(stderr).toContain('+ echo after');
    },
  );

  test.each(['missing', 'binary'])('ends where the secret is %s, in words, and does nothing more', (id) => {
    const { status, stdout, stderr } = run(render(`resolve:ssm:/${id}`), 'hunter2');
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(`The secret PASSWORD (resolve:ssm:/${id}) could not be read.`);
  });

  test('is never rendered with a value in the place of the reference', () => {
    expect(() => render('hunter2')).toThrow(InvalidParameter);
    expect(() => render('hunter2')).not.toThrow(/hunter/);
  });
});
