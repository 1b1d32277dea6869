import { gzipSync } from 'node:zlib';
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { mockClient } from 'aws-sdk-client-mock';
import getCall from '../../../events/http-get-build.json';
import postCall from '../../../events/http-post-build.json';
import { handler as getPipelines } from '../../../functions/get-pipelines';
import { handler } from '../../../functions/push-pipeline';
import { listHoldActs } from '../../../src/build/acts/hold';
import { findAsPlanned } from '../../../src/build/plan/as-planned';
import { updateRecord } from '../../../src/build/record';
import { registerPipeline } from '../../../src/build/removed/register';
import { findDeployed, findPipeline, findPipelines, seePipelines } from '../../../src/pipeline/pushed/find';
import { forgetOvertaken } from '../../../src/pipeline/pushed/overtaken';
import { pushVersion, removePushed } from '../../../src/pipeline/pushed/push';
import {
  findCurrent,
  forgetPushed,
  keepVersion,
  setCurrent,
  versionOf,
} from '../../../src/pipeline/pushed/store';
import { checkAnswer } from '../answers';
import { BUILD, openRecord } from '../records';
import { useTable } from '../table';
import { useTriggers } from './clockwork';
import { makeFolder, removeFolders } from './folders';

useTable();
const kept = useTriggers();
const autoScaling = mockClient(AutoScalingClient);
beforeEach(() =>
  autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(({ AutoScalingGroupNames = [] }) => ({
    AutoScalingGroups: AutoScalingGroupNames.filter((name: string) => name !== 'tomorrow').map(
      (AutoScalingGroupName: string) => ({
        AutoScalingGroupName,
        Tags: AutoScalingGroupName === 'fleet' ? [{ Key: 'kiln:fleet', Value: 'yes' }] : [],
      }),
    ),
  })),
);
afterEach(removeFolders);

const DEFINITION =
  'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\nrollout: [{ autoScalingGroup: fleet }]\n';
const files = (script = 'true', more: Record<string, string> = {}) => ({
  'pipeline.yml': DEFINITION,
  'user-data.sh': `#!/bin/bash\n${script}\n`,
  ...more,
});
const deploy = (web = files()) => {
  const paths = Object.entries(web).map(([path, text]) => [`pipelines/web/${path}`, text]);
  process.env.LAMBDA_TASK_ROOT = makeFolder(Object.fromEntries(paths));
};
beforeEach(() => deploy());

const push = (name: string, pushed: Record<string, string>, isTrial = false) =>
  pushVersion(name, pushed, { by: 'eva', reason: 'why' }, isTrial);
const scriptOf = async (name: string) => (await findPipeline(name)).userDataScript.split('\n')[1];

test('a version that is pushed holds, and who has pushed it and why is kept', async () => {
  const { version, holdsAlready } = await push('web', files('echo 2'));
  expect([holdsAlready, await scriptOf('web')]).toEqual([false, 'echo 2']);
  expect((await findPipeline('web')).version).toBe(version);
  const [act] = await listHoldActs('web', 1);
  expect(act).toMatchObject({ act: 'push', by: 'eva', reason: 'why', version });
});

test('a version is named by its content: the same is pushed once, and what was deployed holds already', async () => {
  expect((await push('web', files())).holdsAlready).toBe(true);
  const first = await push('web', files('echo 2'));
  expect(await push('web', files('echo 2'))).toMatchObject({ version: first.version, holdsAlready: true });
  expect(versionOf({ b: '1', a: '2' })).toBe(versionOf({ a: '2', b: '1' }));
});

test('a trial says which files would change, and changes none', async () => {
  await push('web', files('echo 2', { 'prepare.sh': '#!/bin/bash\ntrue\n' }));
  const { changes } = await push('web', files('echo 3', { 'tests/1.sh': '#!/bin/bash\ntrue\n' }), true);
  expect(changes).toEqual([
    { path: 'prepare.sh', how: 'removed' },
    { path: 'tests/1.sh', how: 'added' },
    { path: 'user-data.sh', how: 'changed' },
  ]);
  expect(await scriptOf('web')).toBe('echo 2');
});

test('a pipeline that was never deployed is there once it is pushed, and gone when it is removed', async () => {
  await push('shop', files('echo shop'));
  expect((await findPipelines()).map(({ name }) => name)).toEqual(['shop', 'web']);
  await removePushed('shop', { by: 'eva' });
  expect((await findPipelines()).map(({ name }) => name)).toEqual(['web']);
  await expect(findPipeline('shop')).rejects.toMatchObject({ name: 'UnknownPipeline' });
});

test('what was deployed holds again when a version is removed, or a deployment brings another', async () => {
  await push('web', files('echo 2'));
  await removePushed('web', {});
  expect(await scriptOf('web')).toBe('true');
  await push('web', files('echo 3'));
  deploy(files('echo deployed since'));
  expect(await scriptOf('web')).toBe('echo deployed since');
  await expect(removePushed('web', {})).rejects.toMatchObject({ name: 'UnknownPipeline' });
});

test('a version that a deployment has overtaken does not come back when the pipeline is taken out again', async () => {
  await push('shop', files('echo long ago'));
  const none = process.env.LAMBDA_TASK_ROOT;
  const folders = { web: files(), shop: files('echo deployed since') };
  process.env.LAMBDA_TASK_ROOT = makeFolder(
    Object.fromEntries(
      Object.entries(folders).flatMap(([name, own]) =>
        Object.entries(own).map(([path, text]) => [`pipelines/${name}/${path}`, text]),
      ),
    ),
  );
  expect(await forgetOvertaken()).toEqual([]);
  // A deployment that fails goes back to what was before.
  const deployed = process.env.LAMBDA_TASK_ROOT;
  process.env.LAMBDA_TASK_ROOT = none;
  expect([await forgetOvertaken(), await scriptOf('shop')]).toEqual([[], 'echo long ago']);
  process.env.LAMBDA_TASK_ROOT = deployed;
  const now = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 24 * 60 * 60 * 1000);
  expect(await forgetOvertaken()).toEqual(['shop']);
  now.mockRestore();
  process.env.LAMBDA_TASK_ROOT = none;
  await expect(findPipeline('shop')).rejects.toMatchObject({ name: 'UnknownPipeline' });
});

test('a build keeps the version that it was planned with', async () => {
  const { version } = await push('web', files('echo 2'));
  await openRecord();
  await updateRecord(BUILD, { version });
  await push('web', files('echo 3'));
  expect((await findAsPlanned(BUILD)).userDataScript).toContain('echo 2');
});

test.each([
  [
    'a group without the tag',
    { rollout: '[{ autoScalingGroup: other }]' },
    /rollout\[0\]\.autoScalingGroup: other has no tag kiln:fleet.*create-or-update-tags/,
  ],
  [
    'a key pair',
    { base: '{ image: ami-0123456789abcdef0, instanceType: t3.micro, keyName: me }' },
    /base\.keyName: .*key pair me.*--param="keyPairs=me"/,
  ],
  [
    'a bucket',
    { base: '{ image: ami-0123456789abcdef0, instanceType: t3.micro, buckets: [theirs] }' },
    /bucket theirs.*--param="buckets=theirs"/,
  ],
  [
    'a base image',
    { base: "{ image: 'resolve:ssm:/base', instanceType: t3.micro }" },
    /SSM parameter \/base\. .*--param="names=kiln\/\*,base"/,
  ],
  [
    'a secret',
    { parameters: "{ KEY: { secret: true, default: 'resolve:ssm:/key' } }" },
    /secret \/key of ssm/,
  ],
  [
    'a parameter of images',
    { image: '{ parameter: /other/web/image }' },
    /\/other\/web\/image, to name images/,
  ],
  [
    'a base pipeline that is not there',
    { base: '{ image: image-of:nope, instanceType: t3.micro }' },
    /got nope/,
  ],
  ['what no pipeline may say', { base: '{ image: x }' }, /pipeline\.yml is not valid/],
])('a version that names %s is refused, with where', async (_what, keys, words) => {
  const all = { base: '{ image: ami-0123456789abcdef0, instanceType: t3.micro }', ...keys };
  const text = Object.entries(all)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('');
  await expect(push('web', { ...files(), 'pipeline.yml': text })).rejects.toMatchObject({
    name: 'InvalidPipeline',
    message: expect.stringMatching(words),
  });
  expect(await scriptOf('web')).toBe('true');
});

test('a version that would name its images where another pipeline does is refused', async () => {
  const naming = (keys: string) => files('true', { 'pipeline.yml': `${DEFINITION}image: { ${keys} }\n` });
  deploy(naming('parameter: /kiln/web/image'));
  await expect(push('shop', naming('channels: { tested: /kiln/web/image }'))).rejects.toMatchObject({
    name: 'InvalidPipeline',
    message: expect.stringContaining(
      'pipelines shop (image.channels.tested) and web (image.parameter) both name their images in /kiln/web/image',
    ),
  });
  expect(await push('shop', naming('parameter: /kiln/shop/image'))).toMatchObject({ holdsAlready: false });
});

test('what Amazon has, and what is not there yet, may be named', async () => {
  const text = `base: { image: 'resolve:ssm:/aws/service/x', instanceType: t3.micro }
parameters: { KEY: { secret: true, default: 'resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:000000000000:secret:kiln/key-AbC123' } }
rollout: [{ autoScalingGroup: tomorrow }]
`;
  expect(await push('web', { ...files(), 'pipeline.yml': text })).toMatchObject({ holdsAlready: false });
});

describe('schedules and rules', () => {
  const nightly = (cron: string) =>
    files('true', {
      'pipeline.yml': `${DEFINITION}triggers: { schedule: { cron: '${cron}' }, events: [{ pattern: { source: [a] } }] }\n`,
    });

  test('come with a version, change with another, and go with the pipeline', async () => {
    await push('shop', nightly('0 3 * * ? *'), true);
    expect(kept.schedules.size).toBe(0);
    await push('shop', nightly('0 3 * * ? *'));
    expect([[...kept.schedules.keys()], [...kept.rules.keys()]]).toEqual([['shop'], ['kiln-prod.shop.1']]);
    await push('shop', nightly('0 4 * * ? *'));
    expect(kept.schedules.get('shop')?.ScheduleExpression).toBe('cron(0 4 * * ? *)');
    await removePushed('shop', {});
    expect([kept.schedules.size, kept.rules.size]).toEqual([0, 0]);
  });

  test('are those of the deployed version again when what was pushed is removed', async () => {
    deploy(nightly('0 3 * * ? *'));
    await push('web', files());
    expect(kept.schedules.size).toBe(0);
    await removePushed('web', {});
    expect([...kept.schedules.keys()]).toEqual(['web']);
  });

  test('that AWS does not take leave the version that holds, with its own', async () => {
    await push('shop', nightly('0 3 * * ? *'));
    // The bus is full, and nothing goes that would make room.
    const { set } = kept.rules;
    let refusals = 0;
    kept.rules.set = () => {
      refusals += 1;
      if (refusals === 2) kept.rules.set = set;
      throw Object.assign(new Error('The requested resource exceeds the maximum number allowed.'), {
        name: 'LimitExceededException',
      });
    };
    await expect(push('shop', nightly('0 4 * * ? *'))).rejects.toMatchObject({
      name: 'InvalidPipeline',
      message: expect.stringContaining('AWS does not take them: LimitExceededException: The requested'),
    });
    expect(kept.schedules.get('shop')?.ScheduleExpression).toBe('cron(0 3 * * ? *)');
    const { definition } = await findPipeline('shop');
    expect(definition.triggers.schedule?.cron).toBe('0 3 * * ? *');
  });

  test('whose refusal comes while the others are changed are put back behind that', async () => {
    await push('shop', nightly('0 3 * * ? *'));
    const { set } = kept.rules;
    kept.rules.set = () => {
      kept.rules.set = set;
      throw Object.assign(new Error('no such pattern'), { name: 'InvalidEventPatternException' });
    };
    // The rule is refused while the schedule is still being changed.
    let changed: Promise<void> | undefined;
    kept.meanwhile = () => {
      changed = new Promise((resolve) => setTimeout(resolve, 200));
      return changed;
    };
    await expect(push('shop', nightly('0 4 * * ? *'))).rejects.toMatchObject({ name: 'InvalidPipeline' });
    await changed;
    await new Promise((resolve) => setImmediate(resolve));
    expect(kept.schedules.get('shop')?.ScheduleExpression).toBe('cron(0 3 * * ? *)');
  });

  test('of two that push at once are those of the version that holds, and the other hears of it', async () => {
    await push('shop', nightly('0 3 * * ? *'));
    kept.meanwhile = () => push('shop', nightly('0 5 * * ? *'));
    await expect(push('shop', nightly('0 4 * * ? *'))).rejects.toMatchObject({
      name: 'PushedMeanwhile',
      message: expect.stringMatching(/pipeline shop .* holds by eva.*kiln diff shop/),
    });
    expect((await findPipeline('shop')).definition.triggers.schedule?.cron).toBe('0 5 * * ? *');
    expect(kept.schedules.get('shop')?.ScheduleExpression).toBe('cron(0 5 * * ? *)');
  });

  test('stay where somebody pushes another version while one is removed', async () => {
    deploy(nightly('0 3 * * ? *'));
    await push('web', nightly('0 4 * * ? *'));
    kept.meanwhile = () => push('web', nightly('0 5 * * ? *'));
    await expect(removePushed('web', {})).rejects.toMatchObject({ name: 'PushedMeanwhile' });
    expect((await findPipeline('web')).definition.triggers.schedule?.cron).toBe('0 5 * * ? *');
    expect(kept.schedules.get('web')?.ScheduleExpression).toBe('cron(0 5 * * ? *)');
  });

  test('of two that push the same at once are taken by both', async () => {
    kept.meanwhile = () => push('shop', nightly('0 3 * * ? *'));
    expect(await push('shop', nightly('0 3 * * ? *'))).toMatchObject({ pipeline: 'shop' });
    expect([...kept.schedules.keys()]).toEqual(['shop']);
  });

  test('that would have too long a name are refused, with where', async () => {
    process.env.KILN_RULES = `kiln-${'x'.repeat(40)}`;
    await expect(push('a-pipeline-of-29-characters-x', nightly('0 3 * * ? *'))).rejects.toMatchObject({
      name: 'InvalidPipeline',
      message: expect.stringMatching(
        /triggers\.events\[0\]: the name of its rule, .* EventBridge takes 64\. Give/,
      ),
    });
    expect([kept.schedules.size, kept.rules.size]).toEqual([0, 0]);
  });

  test('are gone once a removal has ended halfway and is asked for again', async () => {
    await push('shop', nightly('0 3 * * ? *'));
    delete process.env.KILN_RULES;
    await expect(removePushed('shop', {})).rejects.toThrow('KILN_RULES');
    process.env.KILN_RULES = 'kiln-prod';
    await removePushed('shop', {});
    expect([kept.schedules.size, kept.rules.size]).toEqual([0, 0]);
  });

  test('are mended by the same push again, where the first has ended before them', async () => {
    await push('shop', nightly('0 3 * * ? *'));
    kept.schedules.clear();
    expect(await push('shop', nightly('0 3 * * ? *'))).toMatchObject({ holdsAlready: true });
    expect([...kept.schedules.keys()]).toEqual(['shop']);
  });

  test('are taken away by the same removal again, where the first has ended before that', async () => {
    await push('shop', nightly('0 3 * * ? *'));
    const deletions = jest.spyOn(kept.schedules, 'delete').mockImplementationOnce(() => {
      throw new Error('somebody pulled the plug');
    });
    await expect(removePushed('shop', {})).rejects.toThrow('plug');
    await removePushed('shop', {});
    deletions.mockRestore();
    expect(kept.schedules.size).toBe(0);
    await expect(findPipeline('shop')).rejects.toMatchObject({ name: 'UnknownPipeline' });
  });
});

test('a pipeline that others are built on stays', async () => {
  await push('base', files('echo base'));
  await push('top', {
    ...files(),
    'pipeline.yml': 'base: { image: image-of:base, instanceType: t3.micro }\n',
  });
  await expect(removePushed('base', {})).rejects.toMatchObject({
    message: expect.stringContaining('got base'),
  });
});

test('pipelines that do not fit since two pushed or removed at once can be pushed and removed until they do', async () => {
  const top = { ...files(), 'pipeline.yml': 'base: { image: image-of:base, instanceType: t3.micro }\n' };
  await push('base', files('echo base'));
  await push('top', top);
  const base = await findCurrent('base');
  if (base) await forgetPushed('base', base);
  await expect(findPipelines()).rejects.toThrow('pipeline top, base.image: expected the name of a pipeline');
  await push('top', files('echo alone'));
  expect((await findPipelines()).map(({ name }) => name)).toEqual(['top', 'web']);
  await push('base', files('echo base'));
  await push('top', top);
  const again = await findCurrent('base');
  if (again) await forgetPushed('base', again);
  await removePushed('top', {});
  expect((await findPipelines()).map(({ name }) => name)).toEqual(['web']);
});

/** As an older version of Kiln may have taken it. */
async function holdUnreadable(name: string) {
  const version = await keepVersion(name, { 'pipeline.yml': 'colour: green\n' });
  await registerPipeline(name);
  const over = await findDeployed(name);
  await setCurrent(name, { version, over, at: new Date().toISOString() }, await findCurrent(name));
}

test('a version that cannot be read keeps nobody from the other pipelines, nor from pushing another or removing it', async () => {
  await push('base', files('echo base'));
  await push('top', {
    ...files(),
    'pipeline.yml': 'base: { image: image-of:base, instanceType: t3.micro }\n',
  });
  await holdUnreadable('base');
  await holdUnreadable('web');
  const { pipelines, unreadable, problems } = await seePipelines();
  expect([pipelines.map(({ name }) => name), [...unreadable].sort()]).toEqual([['top'], ['base', 'web']]);
  expect(problems).toEqual([
    expect.stringContaining('pipeline base: base@'),
    expect.stringContaining('pipeline web: web@'),
  ]);
  await expect(findPipelines()).rejects.toThrow('is not valid');
  await push('other', files('echo other'));
  await removePushed('other', {});
  await push('base', files('echo mended'));
  await removePushed('web', {});
  expect((await findPipelines()).map(({ name }) => name)).toEqual(['base', 'top', 'web']);
});

describe('by HTTP', () => {
  const send = async (body: object, route = 'versions', pipeline = 'web') => {
    const event = {
      ...postCall,
      routeKey: `POST /pipelines/{pipeline}/${route}`,
      pathParameters: { pipeline },
      body: JSON.stringify(body),
    };
    const answer = (await handler(event, {
      functionName: 'test',
    } as Context)) as APIGatewayProxyStructuredResultV2;
    const said = JSON.parse(answer.body ?? '');
    checkAnswer('POST', `/pipelines/x/${route}`, answer.statusCode ?? 0, said);
    return { status: answer.statusCode, said };
  };
  const pack = (value: unknown) => gzipSync(JSON.stringify(value)).toString('base64');

  test('files are taken compressed, and removed again', async () => {
    expect(await send({ files: pack(files('echo 2')) })).toMatchObject({
      status: 200,
      said: { pipeline: 'web' },
    });
    expect(await scriptOf('web')).toBe('echo 2');
    expect((await send({}, 'remove')).status).toBe(200);
    expect((await send({}, 'remove')).status).toBe(404);
  });

  test.each([
    ['not base64', { files: '€' }, 400],
    ['not compressed', { files: Buffer.from('{}').toString('base64') }, 400],
    ['no object of texts', { files: pack({ 'pipeline.yml': 1 }) }, 400],
    ['a path that leads out', { files: pack({ '../x': '' }) }, 400],
    ['far too much once it is unpacked', { files: pack({ 'user-data.sh': 'x'.repeat(3_000_000) }) }, 400],
    ['no pipeline file', { files: pack({}) }, 422],
  ])('what is %s is refused in words', async (_what, body, status) => {
    const answer = await send(body);
    expect([answer.status, answer.said.detail]).toEqual([
      status,
      expect.stringMatching(/expected|no pipeline\.yml/),
    ]);
  });

  test('who has pushed and removed versions is shown with the pipeline', async () => {
    await send({ files: pack(files('echo 2')), reason: 'why' });
    await send({}, 'remove');
    const shown = (await getPipelines(
      { ...getCall, routeKey: 'GET /pipelines/{pipeline}', pathParameters: { pipeline: 'web' } },
      { functionName: 'test' } as Context,
    )) as APIGatewayProxyStructuredResultV2;
    const said = JSON.parse(shown.body ?? '');
    checkAnswer('GET', '/pipelines/web', shown.statusCode ?? 0, said);
    expect(said.acts).toMatchObject([{ act: 'removePushed' }, { act: 'push', reason: 'why' }]);
  });

  test('a name that is none of a pipeline is refused', async () => {
    expect((await send({ files: pack(files()) }, 'versions', '../x')).status).toBe(422);
  });
});
