import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { makeFolder, removeFolders } from './pipeline/folders';

// Its CommonJS namesake is what an import finds.
const { describePipelines } = jest.requireActual<typeof import('../../serverless/pipelines')>(
  '../../serverless/pipelines.ts',
);

const ROOT = join(__dirname, '../..');

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

interface Resource {
  Type: string;
  Properties: Record<string, never>;
}

interface Allowed {
  Action: string | string[];
  Resource: unknown;
}

describe('a base instance', () => {
  const { ManagedPolicyArns = [], Policies } = read('resources.yml').Resources.BaseRole.Properties;
  const allowed: Allowed[] = Policies.flatMap(
    ({ PolicyDocument }: { PolicyDocument: { Statement: Allowed[] } }) => PolicyDocument.Statement,
  );
  const actionsOf = (statements: readonly Allowed[]) => statements.flatMap(({ Action }) => Action).sort();

  test('may do with everything in the account only what the SSM agent does to be reached, and to tell what is on it', () => {
    const known: { name: string; document: string }[] = JSON.parse(
      readFileSync(join(ROOT, 'packages/aws/data/managed-policies.json'), 'utf8'),
    );
    const core = known.find(({ name }) => name === 'AmazonSSMManagedInstanceCore');
    const messages = actionsOf(JSON.parse(core?.document ?? '{}').Statement ?? []).filter((action) =>
      /^(ssm|ec2)messages:/.test(action),
    );
    expect(messages).toHaveLength(10);
    expect(ManagedPolicyArns).toEqual([]);
    expect(actionsOf(allowed.filter(({ Resource }) => Resource === '*'))).toEqual(
      [...messages, 'ssm:PutInventory'].sort(),
    );
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
const MANY_VALUED = /^(dynamodb:LeadingKeys|events:(source|detail-type|TargetArn)|aws:(TagKeys|CalledVia))$/;

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

describe('what pipelines may name', () => {
  const before = process.cwd();
  afterEach(() => {
    process.chdir(before);
    removeFolders();
  });

  const enter = (...pipelines: string[]) =>
    process.chdir(
      makeFolder(
        Object.fromEntries(
          pipelines.flatMap((pipeline, at) => [
            [
              `pipelines/p${at}/pipeline.yml`,
              `base: { image: ami-01234567, instanceType: t3.micro${pipeline}\n`,
            ],
            [`pipelines/p${at}/user-data.sh`, '#!/bin/bash\n'],
          ]),
        ),
      ),
    );
  const arns = (found: object[]) => found.map((one) => Object.values(one)[0]);

  test('is in the policies, however many pipelines there are and whatever they name', async () => {
    const reach = { names: 'kiln/*,shop/*', buckets: 'my-bucket,our-*/releases/', keyPairs: 'operators' };
    enter('}');
    const { version: _one, ...few } = await describePipelines('prod', reach, 'kiln-prod');
    enter(...Array.from({ length: 60 }, (_, at) => `, buckets: [my-bucket/${at}/] }`));
    const { version: _other, ...many } = await describePipelines('prod', reach, 'kiln-prod');
    expect(many).toEqual(few);
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
    expect(arns(few.archives)).toEqual([
      '${ArtifactsBucket.Arn}/*',
      'arn:${AWS::Partition}:s3:::my-bucket/*',
      'arn:${AWS::Partition}:s3:::our-*/releases/*',
    ]);
    const here = '${AWS::Region}:${AWS::AccountId}';
    expect(arns(few.references)).toEqual([
      'arn:${AWS::Partition}:ssm:${AWS::Region}::parameter/aws/service/*',
      ...['kiln/*', 'shop/*'].map((name) => `arn:\${AWS::Partition}:ssm:${here}:parameter/${name}`),
    ]);
    expect(arns(few.secrets)).toEqual(
      ['kiln/*', 'shop/*'].map((name) => `arn:\${AWS::Partition}:secretsmanager:${here}:secret:${name}`),
    );
    expect(arns(few.keyPairs)).toEqual([`arn:\${AWS::Partition}:ec2:${here}:key-pair/operators`]);
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
  });

  test('is nothing where a deployment says so, and a policy has a name all the same', async () => {
    enter('}');
    const { archives, keyPairs } = await describePipelines(
      'prod',
      { names: 'kiln/*', buckets: 'none', keyPairs: 'none' },
      'kiln-prod',
    );
    expect([archives.length, arns(keyPairs)]).toEqual([1, [expect.stringMatching(/key-pair\/none$/)]]);
  });

  test('is also what a deployed file names beyond it, by its whole name and for what it is named', async () => {
    enter(
      [
        ", keyName: 'a*b?', buckets: [theirs, mine/a] }",
        'image: { parameter: /other/image }',
        'parameters:',
        "  A: { default: 'resolve:ssm:/other/a' }",
        "  B: { secret: true, default: 'resolve:ssm:/other/b:3' }",
        "  C: { secret: true, default: 'resolve:secretsmanager:other/c' }",
        "  D: { secret: true, default: 'resolve:secretsmanager:arn:aws:secretsmanager:us-east-1:000000000000:secret:d-AbC123' }",
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a name that people may give
        "rollout: [{ autoScalingGroup: 'web*${x}' }]",
      ].join('\n'),
    );
    const reach = { names: 'kiln/*', buckets: 'mine', keyPairs: 'none' };
    const found = await describePipelines('prod', reach, 'kiln-prod');
    const ends = (all: object[]) =>
      arns(all).map((arn) => /(parameter|secret|s3::|key-pair)[:/](.*)$/.exec(arn)?.[2]);
    expect(ends(found.references)).toEqual(['aws/service/*', 'kiln/*', 'other/a', 'other/b']);
    expect(ends(found.imageParameters)).toEqual(['kiln/*', 'other/image']);
    expect(ends(found.restoredParameters)).toEqual(['kiln/*', 'other/image']);
    expect(ends(found.secretParameters)).toEqual(['kiln/*', 'other/b']);
    expect(ends(found.secrets)).toEqual(['kiln/*', 'other/c', 'other/c-??????', 'd-AbC123']);
    expect(ends(found.archives).slice(1)).toEqual(['mine/*', 'theirs/*']);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation makes ${*} of it, which IAM takes for no wildcard
    expect(ends(found.keyPairs)).toEqual(['a${!*}b${!?}']);
    expect(found.reach).toEqual({
      names:
        'kiln/*,other/image,other/a,other/b,other/c,arn:aws:secretsmanager:us-east-1:000000000000:secret:d-AbC123',
      buckets: 'mine,theirs',
      keyPairs: 'a*b?',
    });
  });

  test('does not keep whoever undoes a build from the versions that groups use', async () => {
    enter('}');
    const reach = { names: 'shop/*', buckets: 'none', keyPairs: 'none' };
    const { restoredParameters } = await describePipelines('test', reach, 'kiln-test');
    expect(arns(restoredParameters).map((arn) => String(arn).split(':parameter/')[1])).toEqual([
      ...['shop/*', 'kiln/fleets/*/version'],
    ]);
  });

  test('a rule that EventBridge would not take stops the packaging', async () => {
    const reach = { names: 'kiln/*', buckets: 'none', keyPairs: 'none' };
    enter('}\ntriggers: { events: [{ pattern: { source: [a] } }, { pattern: { source: [b] } }] }');
    await expect(describePipelines('prod', reach, `kiln-${'x'.repeat(55)}`)).rejects.toThrow(
      /p0\/pipeline\.yml, triggers\.events\[0\]: the name of its rule, kiln-x+\.p0\.1, has 65 characters, EventBridge takes 64\. Give .*\n.*events\[1\]: the name /,
    );
    expect(await describePipelines('prod', reach, `kiln-${'x'.repeat(54)}`)).toHaveProperty('version');
  });

  test('what starts builds changes with the pipelines', async () => {
    const reach = { names: 'kiln/*', buckets: 'none', keyPairs: 'none' };
    enter('}');
    const { version } = await describePipelines('prod', reach, 'kiln-prod');
    expect((await describePipelines('prod', reach, 'kiln-prod')).version).toBe(version);
    enter("}\ntriggers: { schedule: { cron: '0 3 * * ? *' } }");
    expect((await describePipelines('prod', reach, 'kiln-prod')).version).not.toBe(version);
  });
});
