import { join } from 'node:path';
import { InvalidPipeline, UnknownPipeline } from '../../../src/errors';
import { loadPipeline, loadPipelines } from '../../../src/pipeline/load';
import { makeFolder, removeFolders } from './folders';

const FILE = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n';
const SCRIPT = '#!/bin/bash\ntrue\n';

afterEach(removeFolders);

test('a pipeline is its definition and its script, under the name of its folder', async () => {
  const folder = makeFolder({ 'web/pipeline.yml': FILE, 'web/user-data.sh': SCRIPT });
  const pipeline = await loadPipeline(folder, 'web');
  expect(pipeline).toMatchObject({ name: 'web', userDataScript: SCRIPT });
  expect(pipeline.definition.base.instanceType).toBe('t3.micro');
});

test('all pipelines are read in the order of their names, and other folders left alone', async () => {
  const folder = makeFolder({
    'web/pipeline.yml': FILE,
    'web/user-data.sh': SCRIPT,
    'api/pipeline.yml': FILE,
    'api/user-data.sh': SCRIPT,
    'Notes/readme.txt': 'no pipeline',
  });
  expect((await loadPipelines(folder)).map(({ name }) => name)).toEqual(['api', 'web']);
});

test('an unknown pipeline is answered with the names there are', async () => {
  const folder = makeFolder({ 'web/pipeline.yml': FILE, 'api/pipeline.yml': FILE, 'x/readme': '' });
  await expect(loadPipeline(folder, 'wob')).rejects.toThrow(
    new UnknownPipeline('no pipeline is named "wob": there are api, web'),
  );
  await expect(loadPipeline(folder, 'wob')).rejects.toBeInstanceOf(UnknownPipeline);
});

test('without any pipeline the answer says so', async () => {
  await expect(loadPipeline(makeFolder({}), 'web')).rejects.toThrow(
    'no pipeline is named "web": there are none',
  );
});

test.each(['../web', 'web/../web', '.', '', 'Web', 'a'.repeat(31)])(
  'the name %j never becomes a path',
  async (name) => {
    const folder = makeFolder({ 'web/pipeline.yml': FILE, 'web/user-data.sh': SCRIPT });
    await expect(loadPipeline(folder, name)).rejects.toBeInstanceOf(UnknownPipeline);
  },
);

test('the message of an invalid pipeline names the file and all problems, those of its script too', async () => {
  const folder = makeFolder({
    'web/pipeline.yml': `${FILE}whenBusy: wait\nrollouts: []\n`,
    'web/user-data.sh': SCRIPT,
  });
  const error = await loadPipeline(folder, 'web').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidPipeline);
  expect((error as Error).message).toBe(
    [
      `${join(folder, 'web/pipeline.yml')} is not valid:`,
      '  whenBusy: expected queue or reject, got "wait" (line 2)',
      '  rollouts: unknown key, expected one of description, base, parameters, healthy, image, onFailure, rollout, triggers, whenBusy, approval, windows (line 3)',
    ].join('\n'),
  );
});

test('a missing script is told by its path', async () => {
  const folder = makeFolder({ 'web/pipeline.yml': FILE });
  await expect(loadPipeline(folder, 'web')).rejects.toThrow(
    `base.userData: expected a file, there is no ${join(folder, 'web/user-data.sh')}`,
  );
});

test.each([
  ['echo hello\n', 'user-data.sh has no first line that names its shell, expected #!/bin/bash'],
  ['#!/usr/bin/python3\nprint(1)\n', 'user-data.sh is not a shell script, expected #!/bin/bash'],
  ['#!/bin/bash\r\ntrue\r\n', 'user-data.sh has Windows line ends, expected \\n alone'],
])('a script that could not run is refused: %j', async (script, problem) => {
  const folder = makeFolder({ 'web/pipeline.yml': FILE, 'web/user-data.sh': script });
  await expect(loadPipeline(folder, 'web')).rejects.toThrow(`  base.userData: ${problem}`);
});

test('reading all pipelines tells what is wrong in each', async () => {
  const folder = makeFolder({
    'web/pipeline.yml': 'base: [\n',
    'api/pipeline.yml': `${FILE}whenBusy: wait\n`,
    'api/user-data.sh': SCRIPT,
    'Bad_Name/pipeline.yml': FILE,
  });
  const error = await loadPipelines(folder).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InvalidPipeline);
  expect((error as Error).message.split('\n')).toEqual([
    `${join(folder, 'Bad_Name')} is not valid:`,
    '  expected a folder name of small letters, digits and -, at most 30, starting with a letter',
    `${join(folder, 'api/pipeline.yml')} is not valid:`,
    '  whenBusy: expected queue or reject, got "wait" (line 2)',
    `${join(folder, 'web/pipeline.yml')} is not valid:`,
    expect.stringMatching(/^ {2}line 2, column 1: /),
  ]);
});

test.each(['pipeline.yaml', 'Pipeline.yml', 'pipelines.yml'])(
  'a pipeline whose file is called %s is not left out in silence',
  async (file) => {
    const folder = makeFolder({ [`web/${file}`]: FILE, 'web/user-data.sh': SCRIPT });
    await expect(loadPipelines(folder)).rejects.toThrow(
      new InvalidPipeline(`${join(folder, 'web', file)} is not read, expected it as pipeline.yml`),
    );
  },
);

test('a folder in the place of a pipeline file is no pipeline', async () => {
  const folder = makeFolder({ 'web/pipeline.yml/readme': '' });
  await expect(loadPipelines(folder)).resolves.toEqual([]);
  await expect(loadPipeline(folder, 'web')).rejects.toThrow('no pipeline is named "web": there are none');
});

test('the pipelines of this repository are valid', async () => {
  const pipelines = await loadPipelines(join(__dirname, '../../../pipelines'));
  expect(pipelines.map(({ name }) => name)).toEqual(['api', 'web']);
});

describe('where a stage has a file of its own', () => {
  const folder = (overlay: string) =>
    makeFolder({
      'web/pipeline.yml': `${FILE}image: { keep: 3, test: false }\ntriggers: { schedule: { cron: '0 3 * * ? *' } }\n`,
      'web/pipeline.beta.yml': overlay,
      'web/user-data.sh': SCRIPT,
    });

  test('each of its keys takes the place of the whole key, in that stage alone', async () => {
    const there = folder('image: { keep: 1 }\ntriggers: {}\n');
    const { definition } = await loadPipeline(there, 'web', 'beta');
    expect([definition.image.keep, definition.image.test]).toEqual([1, true]);
    expect(definition.triggers.schedule).toBeUndefined();
    expect(definition.base.instanceType).toBe('t3.micro');
    expect((await loadPipeline(there, 'web', 'prod')).definition.image.keep).toBe(3);
    expect((await loadPipelines(there, 'beta'))[0]?.definition.image.keep).toBe(1);
  });

  test.each([
    ['image: { keep: many }\n', 'pipeline.beta.yml: image.keep: expected', '(line 1)'],
    ['\nimages: { keep: 1 }\n', 'pipeline.beta.yml: images: unknown key', '(line 2)'],
    ['- image\n', 'pipeline.beta.yml: expected a mapping', ''],
    ['image: [\n', 'pipeline.beta.yml: line 2', ''],
  ])('what is wrong in it (%j) is said of it', async (overlay, ...words) => {
    const message = await loadPipeline(folder(overlay), 'web', 'beta').catch((error: Error) => error.message);
    for (const word of words) expect(message).toContain(word);
  });

  test('what is wrong in the pipeline file is said of that', async () => {
    const there = makeFolder({
      'web/pipeline.yml': `${FILE}image: { keep: many }\n`,
      'web/pipeline.beta.yml': 'triggers: {}\n',
      'web/user-data.sh': SCRIPT,
    });
    await expect(loadPipeline(there, 'web', 'beta')).rejects.toThrow(
      /\n {2}image\.keep: expected .*\(line 2\)/,
    );
  });
});

describe('the scripts that prepare and test an image', () => {
  const WEB = { 'web/pipeline.yml': FILE, 'web/user-data.sh': SCRIPT };

  test('are those of the folder, tests in the order of their names', async () => {
    const folder = makeFolder({
      ...WEB,
      'web/prepare.sh': SCRIPT,
      'web/tests/b.sh': SCRIPT,
      'web/tests/a.sh': '#!/bin/sh\n',
      'web/tests/data/c.sh': SCRIPT,
      'web/tests/page.html': 'no test',
    });
    expect(await loadPipeline(folder, 'web')).toMatchObject({
      prepareScript: SCRIPT,
      tests: [
        { name: 'a.sh', script: '#!/bin/sh\n' },
        { name: 'b.sh', script: SCRIPT },
      ],
    });
  });

  test('are checked as user data is, all at once', async () => {
    const folder = makeFolder({ ...WEB, 'web/prepare.sh': 'echo\n', 'web/tests/a b.sh': '#!/bin/sh\r\n' });
    const error = (await loadPipeline(folder, 'web').catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(InvalidPipeline);
    expect(error.message.split('\n').slice(1)).toEqual([
      '  tests/a b.sh is misnamed, expected letters, digits, ., _ and - alone',
      '  prepare.sh has no first line that names its shell, expected #!/bin/bash',
      '  tests/a b.sh has no first line that names its shell, expected #!/bin/bash',
      '  tests/a b.sh has Windows line ends, expected \\n alone',
    ]);
  });

  test.each([
    ['none runs them', 'prepare.sh', FILE.replace(' }', ', prepare: none }'), 'base.prepare is none'],
    ['there is no agent', 'tests/a.sh', FILE.replace(' }', ', prepare: none }'), 'base.prepare is none'],
    ['nothing is tested', 'tests/a.sh', `${FILE}image: { test: false }\n`, 'image.test is false'],
  ])('are refused where %s: who wrote them believes in them', async (_why, file, yaml, words) => {
    const folder = makeFolder({ ...WEB, 'web/pipeline.yml': yaml, [`web/${file}`]: SCRIPT });
    await expect(loadPipeline(folder, 'web')).rejects.toThrow(words);
  });
});
