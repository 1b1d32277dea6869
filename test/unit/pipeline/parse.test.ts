import { parseDefinition } from '../../../src/pipeline/parse';
import { approvalOf } from '../../../src/pipeline/pipeline';

const BASE = 'base: { image: ami-0123456789abcdef0, instanceType: t3.micro }\n';

test('the least that a pipeline file can say gets all defaults, with durations in seconds', () => {
  expect(parseDefinition(BASE)).toEqual({
    problems: [],
    definition: {
      description: '',
      base: {
        image: 'ami-0123456789abcdef0',
        instanceType: 't3.micro',
        volumeSize: 8,
        userData: 'user-data.sh',
        prepare: { within: 1800 },
      },
      parameters: {},
      healthy: { port: 80, path: '/', status: 200, times: 3, within: 600 },
      image: {
        test: true,
        testWithin: 1800,
        skipChecks: {},
        keep: 5,
        deprecateAfter: 7_776_000,
        copyTo: [],
        shareWith: [],
      },
      rollout: [],
      triggers: { events: [], holdAfter: 3 },
      whenBusy: 'queue',
      approval: 'none',
      windows: [],
    },
  });
});

test('a target of the rollout gets its defaults, and leaves the warm-up to the group', () => {
  const { definition } = parseDefinition(`${BASE}rollout: [{ autoScalingGroup: g, bake: 5m }]\n`);
  expect(definition?.rollout).toEqual([
    {
      autoScalingGroup: 'g',
      alarms: [],
      skipMatching: true,
      scaleInProtected: 'wait',
      standby: 'wait',
      bake: 300,
      autoRollback: true,
      initialCapacity: 1,
      verify: 'site',
    },
  ]);
});

test.each([
  ['none', undefined],
  ['required', { within: 86_400, onTimeout: 'stop', approvers: 'any' }],
  ['{}', { within: 86_400, onTimeout: 'stop', approvers: 'any' }],
  ['{ required: false }', undefined],
  ['{ onTimeout: rollback }', { within: 86_400, onTimeout: 'rollback', approvers: 'any' }],
  [
    '{ within: 2h, onTimeout: continue, approvers: other }',
    { within: 7200, onTimeout: 'continue', approvers: 'other' },
  ],
])('approval: %s', (approval, means) => {
  const { definition } = parseDefinition(`${BASE}approval: ${approval}\n`);
  expect(definition && approvalOf(definition)).toEqual(means);
});

test('a window is in UTC unless it says otherwise', () => {
  const { definition } = parseDefinition(`${BASE}windows: [{ cron: '0 9 ? * MON-FRI *', duration: 2h }]\n`);
  expect(definition?.windows).toEqual([{ cron: '0 9 ? * MON-FRI *', duration: 7200, timezone: 'UTC' }]);
});

/** Each file is valid but for what follows the base, and each problem stands there alone. */
test.each([
  [
    'descripton: x',
    'descripton: unknown key, expected one of description, base, parameters, healthy, image, onFailure, rollout, triggers, whenBusy, approval, windows (line 2)',
  ],
  ['description: 7', 'description: expected a text, got 7 (line 2)'],
  [
    'parameters: { 1A: {} }',
    'parameters.1A: expected the name of a shell variable: letters, digits and _, at most 64, not starting with a digit (line 2)',
  ],
  [
    'parameters: { A-B: {} }',
    'parameters.A-B: expected the name of a shell variable: letters, digits and _, at most 64, not starting with a digit (line 2)',
  ],
  [
    'parameters: { LD_PRELOAD: {} }',
    'parameters.LD_PRELOAD: expected a name of your own, this one has a meaning for bash or the system (line 2)',
  ],
  [
    'parameters: { PATH: {} }',
    'parameters.PATH: expected a name of your own, this one has a meaning for bash or the system (line 2)',
  ],
  [
    'parameters: { A: { default: 1 } }',
    'parameters.A.default: expected a text (numbers and true or false in quotes) (line 2)',
  ],
  [
    'parameters: { A: { secret: true, default: hunter2 } }',
    'parameters.A.default: expected resolve:ssm:NAME of a SecureString or resolve:secretsmanager:NAME (line 2)',
  ],
  [
    "parameters: { A: { secret: true, pattern: '^h' } }",
    'parameters.A.pattern: expected none: Kiln never sees a secret (line 2)',
  ],
  [
    'parameters: { A: { mayStayOnImage: true } }',
    'parameters.A.mayStayOnImage: expected a parameter that is secret (line 2)',
  ],
  [
    'image: { skipChecks: { disk: x } }',
    'image.skipChecks.disk: unknown key, expected one of cloudInit, identity, failedUnits, enabledServices, worldWritable, diskSpace (line 2)',
  ],
  [
    "image: { skipChecks: { diskSpace: '' } }",
    'image.skipChecks.diskSpace: expected a text that says why, got "" (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, checkpoints: { at: [50, 20] } }]',
    'rollout[0].checkpoints.at: expected the percentages in ascending order (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, checkpoints: { at: [] } }]',
    'rollout[0].checkpoints.at: expected at least one percentage (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, checkpoints: { at: [20, 100] } }]',
    'rollout[0].checkpoints.at[1]: expected a whole percentage from 1 to 99, got 100 (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, checkpoints: { at: [20, 50], wait: 1d }, bake: 1d }]',
    'rollout[0].checkpoints: expected less than 3 days for the waits at all of them and bake, got 72 hours (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, standby: kill }]',
    'rollout[0].standby: expected wait, ignore or terminate, got "kill" (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, alarms: [a, a] }]',
    'rollout[0].alarms: expected a list of names of CloudWatch alarms, each once, got ["a","a"] (line 2)',
  ],
  [
    "parameters: { A: { default: 'resolve:secretsmanager:web' } }",
    'parameters.A.default: expected a text or resolve:ssm:NAME, got "resolve:secretsmanager:web" (line 2)',
  ],
  [
    "parameters: { A: { default: 'resolve:smm:/x' } }",
    'parameters.A.default: expected a text or resolve:ssm:NAME, got "resolve:smm:/x" (line 2)',
  ],
  [
    'description: Größe',
    'description: expected a text of ASCII characters in one line, since EC2 takes no others, got "Größe" (line 2)',
  ],
  [
    'description: "two\\nlines"',
    'description: expected a text of ASCII characters in one line, since EC2 takes no others, got "two\\nlines" (line 2)',
  ],
  [
    "parameters: { A: { pattern: '(' } }",
    'parameters.A.pattern: expected a valid regular expression, got "(" (line 2)',
  ],
  [
    "parameters: { A: { default: x, pattern: '^y' } }",
    'parameters.A.default: expected a value that matches ^y, got "x" (line 2)',
  ],
  [
    'parameters: { constructor: {} }',
    'parameters.constructor: expected a name of your own, this one is inherited by every object of JavaScript (line 2)',
  ],
  ['parameters: { __proto__: {} }', '__proto__: unknown key (line 2)'],
  ['triggers: { events: [{ pattern: { __proto__: [x], source: [x] } }] }', '__proto__: unknown key (line 2)'],
  [
    'triggers: { events: [{ pattern: { source: [x] }, parameters: { REVISION: $.detail.revision } }] }',
    'triggers.events[0].parameters.REVISION: expected the name of a parameter of this pipeline (line 2)',
  ],
  [
    'parameters: { A: { secret: true } }\ntriggers: { events: [{ pattern: { source: [x] }, parameters: { A: $.detail.a } }] }',
    'triggers.events[0].parameters.A: expected a parameter that is not secret: what is in an event is read by many (line 3)',
  ],
  [
    'parameters: { A: {} }\ntriggers: { events: [{ pattern: { source: [x] }, parameters: { A: "$.detail[*]" } }] }',
    'triggers.events[0].parameters.A: expected the JSON path of a field, such as $.detail.revision, got "$.detail[*]" (line 3)',
  ],
  [
    `parameters: { A: {} }\ntriggers: { events: [{ pattern: { source: [x] }, parameters: { A: $.${'a'.repeat(8000)} } }] }`,
    'triggers.events[0].parameters: expected at most 8000 characters of JSON: EventBridge takes no longer template (line 3)',
  ],
  ['triggers: { events: &e [*e] }', '*e: expected an alias of something that does not contain it (line 2)'],
  ['? [a]\n: 1', 'expected a text as the name of a key (line 2)'],
  ['healthy: { port: 0 }', 'healthy.port: expected a port from 1 to 65535, got 0 (line 2)'],
  [
    'healthy: { path: status }',
    'healthy.path: expected a path that starts with one / and has no spaces, control characters, \\ or #, got "status" (line 2)',
  ],
  [
    'healthy: { path: //evil.example/ }',
    'healthy.path: expected a path that starts with one / and has no spaces, control characters, \\ or #, got "//evil.example/" (line 2)',
  ],
  ['healthy: { status: 99 }', 'healthy.status: expected an HTTP status from 200 to 599, got 99 (line 2)'],
  ['healthy: { times: 1.5 }', 'healthy.times: expected a whole number from 1 to 10, got 1.5 (line 2)'],
  [
    'healthy: { within: 10 minutes }',
    'healthy.within: expected a duration from 30s to 2h, such as 30s, 10m, 2h or 90d, got "10 minutes" (line 2)',
  ],
  [
    'healthy:\n  within: 3h',
    'healthy.within: expected a duration from 30s to 2h, such as 30s, 10m, 2h or 90d, got "3h" (line 3)',
  ],
  ['image: { keep: 0 }', 'image.keep: expected a whole number from 1 to 100, got 0 (line 2)'],
  ['image: { test: "yes" }', 'image.test: expected true or false, got "yes" (line 2)'],
  [
    'image: { copyTo: [oslo] }',
    'image.copyTo[0]: expected the name of a region such as eu-north-1, got "oslo" (line 2)',
  ],
  [
    'image: { copyTo: [eu-north-1, eu-north-1] }',
    'image.copyTo: expected a list of regions, each once, got ["eu-north-1","eu-north-1"] (line 2)',
  ],
  [
    'image: { shareWith: [123456789012] }',
    'image.shareWith[0]: expected the 12 digits of an account id, in quotes, got 123456789012 (line 2)',
  ],
  [
    'image: { parameter: kiln/web }',
    'image.parameter: expected the full name of an SSM parameter such as /kiln/web/image, got "kiln/web" (line 2)',
  ],
  [
    'image: { parameter: /AWS/web }',
    'image.parameter: expected the full name of an SSM parameter such as /kiln/web/image, got "/AWS/web" (line 2)',
  ],
  [
    'rollout: [{}]',
    'rollout[0].autoScalingGroup: is missing, expected the name of an Auto Scaling group (line 2)',
  ],
  [
    'rollout: { autoScalingGroup: g }',
    'rollout: expected a list of targets, got {"autoScalingGroup":"g"} (line 2)',
  ],
  [
    'rollout:\n  - autoScalingGroup: a\n  - { autoScalingGroup: b, minHealthy: 150 }',
    'rollout[1].minHealthy: expected a whole percentage from 0 to 100, got 150 (line 4)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, maxHealthy: 99 }]',
    'rollout[0].maxHealthy: expected a whole percentage from 100 to 200, got 99 (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, minHealthy: 50, maxHealthy: 151 }]',
    'rollout[0].maxHealthy: expected at most 100 more than minHealthy (50), got 151 (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, initialCapacity: 2, minCapacity: 3 }]',
    'rollout[0].minCapacity: expected at most initialCapacity (2), got 3 (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, bake: 3d }]',
    'rollout[0].bake: expected a duration from 0s to 2d, such as 30s, 10m, 2h or 90d, got "3d" (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g, initialCapacity: 0 }]',
    'rollout[0].initialCapacity: expected a whole number from 1 to 1000, got 0 (line 2)',
  ],
  [
    'rollout: [{ autoScalingGroup: g }, { autoScalingGroup: g }]',
    'rollout[1].autoScalingGroup: expected each group once, "g" is there twice (line 2)',
  ],
  [
    `rollout: [${Array.from({ length: 41 }, (_, at) => `{ autoScalingGroup: g${at} }`)}]`,
    'rollout: expected at most 40 groups, got 41: the others need a pipeline of their own (line 2)',
  ],
  [
    "triggers: { schedule: { cron: '0 3 * * *' } }",
    'triggers.schedule.cron: expected 6 fields (minutes, hours, day of month, month, day of week, year), got 5 (line 2)',
  ],
  [
    "triggers: { schedule: { cron: '0 3 * * ? *', timezone: Oslo } }",
    'triggers.schedule.timezone: expected an IANA time zone such as Europe/Oslo, got "Oslo" (line 2)',
  ],
  [
    "triggers: { schedule: { cron: '0 3 * * ? *', timezone: '+01:00' } }",
    'triggers.schedule.timezone: expected an IANA time zone such as Europe/Oslo, got "+01:00" (line 2)',
  ],
  [
    'triggers: { events: [{ pattern: { source: aws.s3 } }] }',
    'triggers.events[0].pattern: expected a list of values or further fields in source (line 2)',
  ],
  ['whenBusy: wait', 'whenBusy: expected queue or reject, got "wait" (line 2)'],
  [
    'approval: sometimes',
    'approval: expected none, required, or a mapping with the keys required, within, onTimeout, approvers, got "sometimes" (line 2)',
  ],
  [
    'approval: { within: 8d }',
    'approval.within: expected a duration from 5m to 7d, such as 30s, 10m, 2h or 90d, got "8d" (line 2)',
  ],
  ['windows: { cron: x }', 'windows: expected a list of windows, got {"cron":"x"} (line 2)'],
  [
    "windows: [{ cron: '0 9 * * *', duration: 2h }]",
    'windows[0].cron: expected 6 fields (minutes, hours, day of month, month, day of week, year), got 5 (line 2)',
  ],
  [
    "windows: [{ cron: '0 9 ? * MON-FRI *', duration: 1s }]",
    'windows[0].duration: expected a duration from 5m to 7d, such as 30s, 10m, 2h or 90d, got "1s" (line 2)',
  ],
  [
    "windows: [{ cron: '0 9 ? * MON-FRI *', duration: 2h, timezone: Oslo }]",
    'windows[0].timezone: expected an IANA time zone such as Europe/Oslo, got "Oslo" (line 2)',
  ],
  [
    "triggers: { schedule: { cron: '0 3 * * ? *', splay: 30s } }",
    'triggers.schedule.splay: expected a duration from 1m to 24h, such as 30s, 10m, 2h or 90d, got "30s" (line 2)',
  ],
])('%s', (text, problem) => {
  expect(parseDefinition(`${BASE}${text}\n`).problems).toEqual([problem]);
});

test.each([
  [
    '{ instanceType: t3.micro }',
    'base.image: is missing, expected an AMI id (ami-…), resolve:ssm:NAME or image-of:PIPELINE (line 1)',
  ],
  [
    '{ image: ami-1, instanceType: t3.micro }',
    'base.image: expected an AMI id (ami-…), resolve:ssm:NAME or image-of:PIPELINE, got "ami-1" (line 1)',
  ],
  [
    '{ image: ami-01234567, instanceType: big }',
    'base.instanceType: expected an instance type such as t3.micro, got "big" (line 1)',
  ],
  [
    '{ image: ami-01234567, instanceType: t3.micro, volumeSize: 0 }',
    'base.volumeSize: expected GiB as a whole number from 1 to 16384, got 0 (line 1)',
  ],
  [
    '{ image: ami-01234567, instanceType: t3.micro, userData: ../x }',
    'base.userData: expected a file in the folder of the pipeline, got "../x" (line 1)',
  ],
  [
    '{ image: ami-01234567, instanceType: t3.micro, userData: /etc/passwd }',
    'base.userData: expected a file in the folder of the pipeline, got "/etc/passwd" (line 1)',
  ],
  [
    '{ image: ami-01234567, instanceType: t3.micro, userData: a/../../x }',
    'base.userData: expected a file in the folder of the pipeline, got "a/../../x" (line 1)',
  ],
])('base: %s', (base, problem) => {
  expect(parseDefinition(`base: ${base}\n`).problems).toEqual([problem]);
});

test('all that is wrong is told at once, several unknown keys one by one', () => {
  const text = 'base:\n  image: ami-0123456789abcdef0\n  instancetype: t3.micro\n  size: 3\nwhenBusy: wait\n';
  const keys = 'image, instanceType, volumeSize, userData, keyName, prepare, buckets';
  expect(parseDefinition(text).problems).toEqual([
    'base.instanceType: is missing, expected an instance type such as t3.micro (line 2)',
    `base.instancetype: unknown key, expected one of ${keys} (line 3)`,
    `base.size: unknown key, expected one of ${keys} (line 4)`,
    'whenBusy: expected queue or reject, got "wait" (line 5)',
  ]);
});

test.each(['', '# nothing yet\n'])('an empty file lacks its base', (text) => {
  expect(parseDefinition(text).problems).toEqual([
    'base: is missing, expected a mapping with the keys image, instanceType, volumeSize, userData, keyName, prepare, buckets',
  ]);
});

test('a file that is no mapping is told so', () => {
  expect(parseDefinition('- a\n').problems).toEqual([
    'the file: expected a mapping with the keys description, base, parameters, healthy, image, onFailure, rollout, triggers, whenBusy, approval, windows, got ["a"]',
  ]);
});

test('what is no YAML is told by line and column', () => {
  expect(parseDefinition('base: {\nimage: [\n').problems[0]).toMatch(/^line 2, column 1: Flow map/);
});

test('a key that is there twice is an error', () => {
  expect(parseDefinition(`${BASE}whenBusy: queue\nwhenBusy: reject\n`).problems).toEqual([
    'line 3, column 1: Map keys must be unique',
  ]);
});

test('an AMI by its old short id, a version of an SSM parameter and a key pair are the user’s to choose', () => {
  for (const image of ['ami-01234567', 'resolve:ssm:/my/image', 'resolve:ssm:/my/image:7']) {
    const { definition } = parseDefinition(
      `base: { image: '${image}', instanceType: c7gn.metal, keyName: me }\n`,
    );
    expect(definition?.base).toMatchObject({ image, instanceType: 'c7gn.metal', keyName: 'me' });
  }
});

test.each(['My_Bucket', 's3://my-bucket', 'my-bucket/*', '10.0.0.1', 'xn--bucket', 'ab'])(
  'a bucket named %s is refused',
  (bucket) => {
    const base = `base: { image: ami-00000000, instanceType: t3.micro, buckets: ['${bucket}'] }`;
    const expected = 'expected the name of an S3 bucket, or bucket/prefix';
    expect(parseDefinition(base).problems).toEqual([
      expect.stringContaining(`base.buckets[0]: ${expected}, got "${bucket}" (line 1)`),
    ]);
  },
);

test('a second document in the file is refused by its line', () => {
  expect(parseDefinition(`${BASE}---\nwhenBusy: queue\n`).problems).toEqual([
    'line 2, column 1: expected one document, without a second ---',
  ]);
});
