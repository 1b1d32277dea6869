import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import siteReleased from '../../events/event-build.json';
import { makeTriggers } from '../../serverless/triggers';
import { TriggerInput } from '../../src/build/unattended/triggers';
import { PipelineDefinition } from '../../src/pipeline/definition';
import { makeFolder, removeFolders } from './pipeline/folders';

// Its CommonJS namesake is what an import finds.
const { describePipelines } = jest.requireActual<typeof import('../../serverless/pipelines')>(
  '../../serverless/pipelines.ts',
);

const ROOT = join(__dirname, '../..');

function definePipeline(name: string, triggers: object) {
  const base = { image: 'ami-01234567', instanceType: 't3.micro' };
  return {
    name,
    definition: PipelineDefinition.parse({ base, parameters: { SITE: {} }, triggers }),
    userDataScript: '#!/bin/bash\n',
  };
}

const both = definePipeline('web-shop', {
  schedule: { cron: '0 3 * * ? *', timezone: 'Europe/Oslo' },
  events: [{ pattern: { source: ['com.example.site'] }, parameters: { SITE: '$.detail.site' } }],
});

interface Resource {
  Type: string;
  Properties: Record<string, never>;
}
const resources = (...pipelines: ReturnType<typeof definePipeline>[]) =>
  makeTriggers(pipelines) as Record<string, Resource>;

function propertiesOf<Properties>(id: string): Properties {
  const resource = resources(both)[id];
  if (!resource) throw new Error(`There is no ${id}.`);
  return resource.Properties as Properties;
}

test('a pipeline has a schedule in its time zone, and a rule that may call the function for each event', () => {
  const made = resources(both);
  expect(Object.entries(made).map(([id, { Type }]) => [id, Type])).toEqual([
    ['WebDashshopSchedule', 'AWS::Scheduler::Schedule'],
    ['WebDashshopEvent1Rule', 'AWS::Events::Rule'],
    ['WebDashshopEvent1Permission', 'AWS::Lambda::Permission'],
  ]);
  expect(made.WebDashshopSchedule?.Properties).toMatchObject({
    ScheduleExpression: 'cron(0 3 * * ? *)',
    ScheduleExpressionTimezone: 'Europe/Oslo',
  });
});

test('a pipeline that follows another has a rule for the images of that, in this deployment', () => {
  const following = definePipeline('web', { imageOf: 'base' });
  const { WebImageOfRule: rule } = resources(following) as Record<string, Resource>;
  expect(rule?.Properties).toMatchObject({
    EventPattern: {
      source: ['kiln'],
      'detail-type': ['Image Published'],
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
      detail: { service: [{ 'Fn::Sub': '${AWS::StackName}@${AWS::Region}' }], pipeline: ['base'] },
    },
  });
});

test('what a schedule sends is what the function takes', () => {
  const { Target } = propertiesOf<{ Target: { Input: string } }>('WebDashshopSchedule');
  expect(TriggerInput.parse(JSON.parse(Target.Input))).toMatchObject({
    pipeline: 'web-shop',
    trigger: { kind: 'schedule' },
  });
});

test('what a schedule sends is known again at the next attempt, which Scheduler gives another execution id', () => {
  const { Target } = propertiesOf<{ Target: { Input: string } }>('WebDashshopSchedule');
  const send = (attempt: number, time: string) =>
    TriggerInput.parse(
      JSON.parse(
        Target.Input.replace('<aws.scheduler.schedule-arn>', 'arn:aws:scheduler:::schedule/default/web')
          .replace('<aws.scheduler.scheduled-time>', time)
          .replace('<aws.scheduler.execution-id>', `d32c5kddcf5bb8c${attempt}`)
          .replace('<aws.scheduler.attempt-number>', String(attempt)),
      ),
    );
  const night = '2026-11-29T02:00:00Z';
  expect(send(2, night).id).toBe(send(1, night).id);
  expect(send(1, '2026-11-30T02:00:00Z').id).not.toBe(send(1, night).id);
});

test('what a rule sends is what the function takes', () => {
  type Transformed = { InputTransformer: { InputTemplate: string } };
  const { Targets } = propertiesOf<{ Targets: [Transformed] }>('WebDashshopEvent1Rule');
  const { event } = siteReleased;
  const sent = Targets[0].InputTransformer.InputTemplate.replace(
    '<aws.events.event.json>',
    JSON.stringify(event),
  );
  const input = TriggerInput.parse(JSON.parse(sent));
  expect(input).toMatchObject({
    pipeline: 'web-shop',
    trigger: { kind: 'event', by: 'com.example.site Site Released' },
    id: event.id,
  });
  expect(input.read()).toEqual({ SITE: event.detail.site });
});

test('pipelines whose names differ by a dash do not share a schedule', () => {
  const schedule = { cron: '0 3 * * ? *', timezone: 'UTC' };
  const names = ['web1', 'web-1', 'w-eb1'].map((name) => definePipeline(name, { schedule }));
  expect(Object.keys(resources(...names))).toHaveLength(3);
});

test('a pipeline without triggers has no resources', () => {
  expect(resources(definePipeline('quiet', {}))).toEqual({});
});

describe('serverless', () => {
  let service: string;

  beforeAll(() => {
    service = mkdtempSync(join(tmpdir(), 'kiln-'));
    for (const name of ['serverless', 'src', 'serverless.yml', 'statemachines', 'package.json']) {
      cpSync(join(ROOT, name), join(service, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(service, 'node_modules'));
    mkdirSync(join(service, 'pipelines/web'), { recursive: true });
    writeFileSync(join(service, 'pipelines/web/user-data.sh'), '#!/bin/bash\n');
  });
  afterAll(() => rmSync(service, { recursive: true }));

  test('stops at an invalid pipeline file, and says file, path and what was expected', () => {
    const valid = readFileSync(join(ROOT, 'pipelines/web/pipeline.yml'), 'utf8');
    writeFileSync(join(service, 'pipelines/web/pipeline.yml'), valid.replace('within: 10m', 'within: soon'));
    const serverless = join(ROOT, 'node_modules/serverless/bin/serverless.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [serverless, 'package'], {
      cwd: service,
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(stdout + stderr).toMatch(
      /pipelines\/web\/pipeline\.yml.*healthy\.within.*expected a duration.*"soon"/s,
    );
  });
});

const read = (file: string) =>
  parse(readFileSync(join(ROOT, 'serverless', file), 'utf8'), { merge: true, logLevel: 'silent' });

interface Allowed {
  Action: string | string[];
  Resource: unknown;
}

describe('a base instance', () => {
  const before = process.cwd();
  afterEach(() => {
    process.chdir(before);
    removeFolders();
  });

  test('may read the secrets that pipelines name, of whatever version, and no other parameter', async () => {
    const pipeline = 'base: { image: "resolve:ssm:/base/image", instanceType: t3.micro }';
    const arn = 'arn:aws:secretsmanager:us-east-1:000000000000:secret';
    process.chdir(
      makeFolder({
        'pipelines/web/pipeline.yml': `${pipeline}
parameters:
  SITE: { default: 'resolve:ssm:/web/site' }
  PASSWORD: { secret: true, default: 'resolve:ssm:/web/db:3' }
  OTHER: { secret: true, default: 'resolve:ssm:plain' }
  KEY: { secret: true, default: 'resolve:secretsmanager:web/key' }
  PARTIAL: { secret: true, default: 'resolve:secretsmanager:${arn}:web/part' }
  WHOLE: { secret: true, default: 'resolve:secretsmanager:${arn}:web/key-AbC123' }
`,
        'pipelines/web/user-data.sh': '#!/bin/bash\n',
        'pipelines/quiet/pipeline.yml': pipeline,
        'pipelines/quiet/user-data.sh': '#!/bin/bash\n',
      }),
    );
    const { secretParameters, secrets } = await describePipelines('prod');
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
    const parameter = 'arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter';
    expect(secretParameters).toEqual(
      ['/plain', '/web/db'].map((name) => ({ 'Fn::Sub': `${parameter}${name}` })),
    );
    expect(secrets).toEqual(
      [
        expect.stringContaining(':secret:web/key-??????'),
        `${arn}:web/key-AbC123`,
        // Who names a secret by an ARN without the end that Secrets Manager gives it may read it by the whole one.
        `${arn}:web/part`,
        `${arn}:web/part-??????`,
      ].map((one) => ({ 'Fn::Sub': one })),
    );
  });

  test('may read the artifacts, and the buckets that pipelines name', async () => {
    const pipeline = 'base: { image: "resolve:ssm:/base/image", instanceType: t3.micro';
    process.chdir(
      makeFolder({
        'pipelines/web/pipeline.yml': `${pipeline}, buckets: [my-bucket, my-other/releases/] }\n`,
        'pipelines/web/user-data.sh': '#!/bin/bash\n',
        'pipelines/api/pipeline.yml': `${pipeline}, buckets: [my-bucket] }\n`,
        'pipelines/api/user-data.sh': '#!/bin/bash\n',
      }),
    );
    const { archives } = await describePipelines('prod');
    expect(archives).toEqual(
      // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
      [
        '${ArtifactsBucket.Arn}/*',
        'arn:${AWS::Partition}:s3:::my-bucket/*',
        'arn:${AWS::Partition}:s3:::my-other/releases/*',
      ].map((arn) => ({ 'Fn::Sub': arn })),
      // biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
    );
    const { Policies: own } = read('resources.yml').Resources.BaseRole.Properties;
    const [fetching] = own.find(({ PolicyName }: { PolicyName: string }) => PolicyName === 'fetch-archives')
      .PolicyDocument.Statement;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Serverless replaces it
    expect(fetching).toMatchObject({ Action: 's3:GetObject', Resource: '${self:custom.pipelines.archives}' });
  });

  const { ManagedPolicyArns = [], Policies } = read('resources.yml').Resources.BaseRole.Properties;
  const allowed: Allowed[] = Policies.flatMap(
    ({ PolicyDocument }: { PolicyDocument: { Statement: Allowed[] } }) => PolicyDocument.Statement,
  );
  const actionsOf = (statements: readonly Allowed[]) => statements.flatMap(({ Action }) => Action).sort();

  test('may do with everything in the account only what the SSM agent does to be reached', () => {
    const known: { name: string; document: { Statement: Allowed[] } }[] = JSON.parse(
      readFileSync(join(ROOT, 'packages/aws/data/managed-policies.json'), 'utf8'),
    );
    const core = known.find(({ name }) => name === 'AmazonSSMManagedInstanceCore');
    const messages = actionsOf(core?.document.Statement ?? []).filter((action) =>
      /^(ssm|ec2)messages:/.test(action),
    );
    expect(messages).toHaveLength(10);
    expect(ManagedPolicyArns).toEqual([]);
    expect(actionsOf(allowed.filter(({ Resource }) => Resource === '*'))).toEqual(messages);
    const told = allowed.filter((one) => actionsOf([one]).includes('ssm:UpdateInstanceInformation'));
    expect(told.map(({ Resource }) => Resource)).toEqual([
      { 'Fn::Sub': expect.stringMatching(/:instance\/\*$/) },
    ]);
  });

  test('may read no SSM parameters but the secrets of pipelines and those that the deployment names', () => {
    const reading = allowed.filter((statement) =>
      actionsOf([statement]).some((one) => /Parameter/.test(one)),
    );
    expect(reading.map(({ Resource }) => Resource)).toEqual([
      // biome-ignore lint/suspicious/noTemplateCurlyInString: serverless replaces it
      '${self:custom.pipelines.secretParameters}',
      { 'Fn::Sub': expect.stringMatching(/:parameter\/\$\{param:baseParameters\}$/) },
    ]);
    expect(parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')).params.default.baseParameters).toBe(
      'kiln/none',
    );
  });
});

describe('what the service keeps and tells', () => {
  const { Resources } = read('resources.yml') as { Resources: Record<string, Resource> };
  const ofType = (type: string) => Object.entries(Resources).filter(([, { Type }]) => Type === type);

  test('is in buckets that refuse the public, and plain HTTP', () => {
    const buckets = ofType('AWS::S3::Bucket');
    expect(buckets.length).toBeGreaterThan(0);
    for (const [name, { Properties }] of buckets) {
      expect(Properties).toMatchObject({
        BucketEncryption: expect.anything(),
        PublicAccessBlockConfiguration: {
          ...{ BlockPublicAcls: true, BlockPublicPolicy: true },
          ...{ IgnorePublicAcls: true, RestrictPublicBuckets: true },
        },
      });
      const policies = ofType('AWS::S3::BucketPolicy').map(([, policy]) => policy.Properties);
      expect(policies).toContainEqual({
        Bucket: { Ref: name },
        PolicyDocument: expect.objectContaining({
          Statement: [
            {
              ...{ Effect: 'Deny', Principal: '*', Action: 's3:*' },
              Resource: [{ 'Fn::GetAtt': [name, 'Arn'] }, { 'Fn::Sub': `\${${name}.Arn}/*` }],
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            },
          ],
        }),
      });
    }
    const service = parse(readFileSync(join(ROOT, 'serverless.yml'), 'utf8'), { logLevel: 'silent' });
    expect(service.provider.deploymentBucket).toEqual({ blockPublicAccess: true });
  });

  test('is in tables that are encrypted', () => {
    const tables = ofType('AWS::DynamoDB::Table');
    expect(tables.length).toBeGreaterThan(0);
    for (const [, { Properties }] of tables)
      expect(Properties).toMatchObject({ SSESpecification: { SSEEnabled: true } });
  });

  test('goes to topics whose key lets alarms use it, and every function that tells people', () => {
    const topics = ofType('AWS::SNS::Topic');
    expect(topics.length).toBeGreaterThan(0);
    for (const [, { Properties }] of topics) {
      const { KmsMasterKeyId } = Properties as { KmsMasterKeyId?: { 'Fn::GetAtt'?: [string, string] } };
      const key = Resources[KmsMasterKeyId?.['Fn::GetAtt']?.[0] ?? ''];
      expect(key?.Type).toBe('AWS::KMS::Key');
      expect(key?.Properties).toMatchObject({
        EnableKeyRotation: true,
        KeyPolicy: {
          Statement: expect.arrayContaining([
            expect.objectContaining({
              Principal: { Service: 'cloudwatch.amazonaws.com' },
              Action: ['kms:Decrypt', 'kms:GenerateDataKey*'],
            }),
          ]),
        },
      });
    }
    type Functions = Record<string, { environment?: object; iamRoleStatements?: unknown }>;
    const telling = Object.entries(read('functions.yml') as Functions).filter(([, { environment }]) =>
      Object.keys(environment ?? {}).includes('KILN_TOPIC'),
    );
    expect(telling.length).toBeGreaterThan(2);
    for (const [name, { iamRoleStatements }] of telling)
      expect([name, iamRoleStatements]).toEqual([
        name,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: osls replaces it
        expect.arrayContaining(['${self:custom.may.tellPeople}', '${self:custom.may.encryptForPeople}']),
      ]);
  });
});

/**
 * Condition keys of which a call has many values: without a set operator the answer is AWS's affair.
 * See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
const MANY_VALUED = /^(dynamodb:LeadingKeys|events:(source|detail-type)|aws:(TagKeys|CalledVia))$/;

test('conditions ask all or any of the values of a key that has many, and of no other', () => {
  const permissions = parse(readFileSync(join(ROOT, 'serverless/permissions.yml'), 'utf8'), {
    merge: true,
  }) as Record<string, { Condition?: Record<string, Record<string, unknown>> }>;
  const asked = Object.values(permissions).flatMap(({ Condition = {} }) =>
    Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.keys(keys).map((key) => ({ key, isSet: /^For(AllValues|AnyValue):/.test(operator) })),
    ),
  );
  expect(asked.length).toBeGreaterThan(20);
  expect(asked.filter(({ key, isSet }) => MANY_VALUED.test(key) !== isSet)).toEqual([]);
});

describe('a name in an ARN of a policy', () => {
  const before = process.cwd();
  afterEach(() => {
    process.chdir(before);
    removeFolders();
  });

  test('stands for itself, whatever is in it', async () => {
    process.chdir(
      makeFolder({
        'pipelines/web/pipeline.yml': [
          'base: { image: ami-01234567, instanceType: t3.micro, keyName: "a*b?" }',
          // biome-ignore lint/suspicious/noTemplateCurlyInString: a name that people may give
          "rollout: [{ autoScalingGroup: 'web*${x}' }]",
        ].join('\n'),
        'pipelines/web/user-data.sh': '#!/bin/bash\n',
      }),
    );
    const { groups, keyPairs } = await describePipelines('prod');
    expect(groups).toEqual([{ 'Fn::Sub': expect.stringMatching(/Name\/web\$\{!\*\}\$\{!\$\}\{x\}$/) }]);
    expect(keyPairs).toEqual([{ 'Fn::Sub': expect.stringMatching(/key-pair\/a\$\{!\*\}b\$\{!\?\}$/) }]);
  });
});
