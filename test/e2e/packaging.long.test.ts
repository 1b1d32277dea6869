import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { packageService } from '../../cli/package-service';
import { parameterRoot } from '../../src/pipeline/reach';
import { findPolicyProblems } from '../authorization-reference';
import { findTemplateProblems } from '../cloudformation-specification';
import { writeArn } from '../written-arns';
import { copyProject, type Project, readPipeline } from './project';

jest.setTimeout(180_000);

type Conditions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Statement {
  readonly Effect: string;
  readonly Condition?: Conditions;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}
interface Resource {
  readonly Type: string;
  readonly Properties: {
    readonly FunctionName?: string;
    readonly LogGroupName?: string;
    readonly RetentionInDays?: number;
    readonly Role?: { readonly 'Fn::GetAtt': readonly [string, string] };
    readonly Policies?: readonly { readonly PolicyDocument: { readonly Statement: readonly Statement[] } }[];
  };
}

/** What is done to something that is there. */
const OWN_THINGS = [
  ...['ec2:TerminateInstances', 'ec2:GetConsoleOutput', 'ec2:DeregisterImage', 'ec2:DeleteSnapshot'],
  ...['ec2:EnableImageDeprecation', 'ec2:ModifyImageAttribute'],
];
const MADE_THINGS = ['ec2:CreateImage', 'ec2:CopyImage'];
/** A group that nobody has is free. */
const GROUPS = [
  ...['StartInstanceRefresh', 'RollbackInstanceRefresh', 'CancelInstanceRefresh', 'UpdateAutoScalingGroup'],
  ...['TerminateInstanceInAutoScalingGroup', 'CreateOrUpdateTags'],
].map((name) => `autoscaling:${name}`);

const made: Project[] = [];
afterAll(() => Promise.all(made.map((project) => project.remove())));

async function project(pipelines: Record<string, string>): Promise<Project> {
  const copy = await copyProject(pipelines);
  made.push(copy);
  return copy;
}

/** What `serverless package` says against a project. */
async function refusal(pipelines: Record<string, string>): Promise<string> {
  const { folder, packaged } = await project(pipelines);
  return packageService(folder, packaged).then(
    () => 'it was packaged',
    (error: Error) => error.message,
  );
}

test('invalid pipeline files stop the packaging with each file, path and what was expected', async () => {
  const web = await readPipeline('web');
  const said = await refusal({
    ...web,
    'web/pipeline.yml': (web['web/pipeline.yml'] ?? '')
      .replace('volumeSize: 8', 'volumeSize: eight')
      .replace('minHealthy: 100', 'minHealthi: 100'),
    'shop/pipeline.yml': 'base: { image: ami-1, instanceType: t3.micro }\n',
    'shop/user-data.sh': '#!/bin/bash\n',
    'videos/pipeline.yml': `base: { image: ami-${'0'.repeat(17)}, instanceType: t3.micro }\n`,
    'videos/user-data.sh': 'echo no shebang\n',
  });
  expect(said).toContain('pipelines/web/pipeline.yml is not valid');
  expect(said).toMatch(
    /base\.volumeSize: expected GiB as a whole number from 1 to 16384, got "eight" \(line \d+\)/,
  );
  expect(said).toMatch(/rollout\[0\]\.minHealthi: unknown key, expected one of .*minHealthy.* \(line \d+\)/);
  expect(said).toContain('pipelines/shop/pipeline.yml is not valid');
  expect(said).toMatch(
    /base\.image: expected an AMI id \(ami-…\), resolve:ssm:NAME or image-of:PIPELINE, got "ami-1" \(line 1\)/,
  );
  expect(said).toContain(
    'base.userData: user-data.sh has no first line that names its shell, expected #!/bin/bash',
  );
  // For people who edit YAML: no lines of code among the words.
  expect(said).not.toMatch(/^ +at /m);
});

test('tags that AWS would refuse stop the packaging, all of them at once', async () => {
  const { folder, packaged } = await project(await readPipeline('web'));
  const file = join(folder, 'serverless.yml');
  await writeFile(file, (await readFile(file, 'utf8')).replace('    project: kiln', "    project: 'a|b'"));
  const said = await packageService(folder, packaged).catch((error: Error) => error.message);
  expect(said).toContain('AWS would refuse this service');
  expect(said).toContain('PlanLambdaFunction.Tags.project: expected letters');
  expect(said).toContain('GoldenImage.Tags.project: expected letters');
});

test('user data over 16 KB stops the packaging with its size', async () => {
  const web = await readPipeline('web');
  // What cannot be compressed away: every character another.
  const long = Array.from({ length: 20_000 }, (_, at) => String.fromCodePoint(0x4e00 + at)).join('');
  const said = await refusal({ ...web, 'web/user-data.sh': `${web['web/user-data.sh']}# ${long}\n` });
  expect(said).toContain('pipelines/web/pipeline.yml is not valid');
  expect(said).toMatch(/base\.userData: user-data\.sh is \d{5} bytes compressed, EC2 takes 16384 at most/);
});

test('another stage has names of its own, and reads what is said of it', async () => {
  const { folder, packaged } = await project({
    ...(await readPipeline('web')),
    'web/pipeline.test.yml': 'rollout: [{ autoScalingGroup: kiln-test-fleet-web }]\ntriggers: {}\n',
  });
  await packageService(folder, packaged, undefined, ['--stage=test', '--param=network=/kiln-test/network']);
  const template = await readFile(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8');
  const { Resources, Parameters } = JSON.parse(template) as {
    Resources: Record<string, { Type: string; Properties: { Name?: unknown; TopicName?: unknown } }>;
    Parameters: Record<string, { Default: string }>;
  };
  expect(Resources.ArtifactsBucketName?.Properties.Name).toBe(`${parameterRoot('test')}/artifacts-bucket`);
  expect(Resources.FailureTopic?.Properties.TopicName).toBe('kiln-test-failures');
  expect(Object.values(Parameters).map(({ Default }) => Default.split('/').slice(0, 3).join('/'))).toEqual(
    Object.keys(Parameters).map(() => '/kiln-test/network'),
  );
  // The groups of pipelines are not in it, nor what starts their builds.
  expect(template).not.toContain('kiln-test-fleet-web');
  expect(Object.values(Resources).filter(({ Type }) => Type === 'AWS::Scheduler::Schedule')).toEqual([]);
  for (const names of ['parameter/kiln/*', 'parameter/kiln-test/*']) expect(template).toContain(names);
  expect(template).not.toContain('kiln-prod');
});

test('one project can be packaged twice at a time, and what its user packaged there stays', async () => {
  const { folder, packaged } = await project(await readPipeline('web'));
  await mkdir(join(folder, '.serverless'));
  await writeFile(join(folder, '.serverless', 'mine'), 'x');
  const targets = [packaged, `${packaged}-2`];
  await Promise.all(targets.map((target) => packageService(folder, target)));
  const archives = await Promise.all(targets.map(async (target) => (await readdir(target)).sort()));
  expect(archives[0]).toContain('plan.zip');
  expect(archives[1]).toEqual(archives[0]);
  expect(await readdir(join(folder, '.serverless'))).toEqual(['mine']);
});

describe('a good project', () => {
  let template: { Resources: Record<string, Resource> };
  let resources: [string, Resource][];

  beforeAll(async () => {
    const { folder, packaged } = await project({
      ...(await readPipeline('web')),
      ...(await readPipeline('api')),
    });
    await withoutNetwork(() => packageService(folder, packaged));
    const text = await readFile(join(packaged, 'cloudformation-template-update-stack.json'), 'utf8');
    template = JSON.parse(text);
    resources = Object.entries(template.Resources);
  });

  test('is packaged with no network and no credentials', () => {
    expect(functions().length).toBeGreaterThan(15);
  });

  test('is what CloudFormation says of its resources', () => {
    expect(findTemplateProblems(template)).toEqual([]);
  });

  test('has a role of its own for each function', () => {
    const roles = functions().map(([, { Properties }]) => Properties.Role?.['Fn::GetAtt'][0]);
    expect(roles).not.toContain(undefined);
    expect(new Set(roles).size).toBe(roles.length);
    const unused = roleIds().filter(
      (id) => !JSON.stringify(resources).includes(`{"Fn::GetAtt":["${id}","Arn"]}`),
    );
    expect(unused).toEqual([]);
  });

  test('has no role that may change just anything', () => {
    // How an agent is reached, and tells what is there: these know no resource (AWS's Service Authorization Reference).
    const ofAgents = /^((ssm|ec2)messages:|ssm:PutInventory$)/;
    const open = statements().flatMap(([role, { Effect, Action, Resource }]) =>
      Effect === 'Allow' && [Resource].flat().includes('*')
        ? [Action]
            .flat()
            .filter((action) => !isReading(action) && !(role === 'BaseRole' && ofAgents.test(action)))
            .filter((action) => !isOfLambda(role, action))
            .map((action) => `${role}: ${action}`)
        : [],
    );
    expect(open).toEqual([]);

    /**
     * What Lambda itself does to bring a function into a network, which it asks for on all resources, and what the function's own code is
     * denied: https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
     */
    function isOfLambda(role: string, action: string): boolean {
      return statements().some(
        ([denied, { Effect, Action, Resource, Condition = {} }]) =>
          denied === role &&
          Effect === 'Deny' &&
          [Action].flat().includes(action) &&
          Resource === '*' &&
          isDeepStrictEqual(Object.keys(Condition), ['ArnEquals']) &&
          isDeepStrictEqual(Object.keys(Condition.ArnEquals ?? {}), ['lambda:SourceFunctionArn']),
      );
    }
  });

  test("has no statement that AWS's Service Authorization Reference knows to be in vain", () => {
    const problems = roleIds().flatMap((role) => {
      const own = statements().flatMap(([of, statement]) => (of === role ? [statement] : []));
      const written = own.map((one) => ({
        ...one,
        Resource: [one.Resource].flat().map((value) => writeArn(value, typeOf)),
      }));
      return findPolicyProblems(written).map((problem) => `${role}: ${problem}`);
    });
    expect(statements().length).toBeGreaterThan(200);
    expect(problems).toEqual([]);
  });

  test('lets nobody make or change what does not say that it is of this deployment', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces it
    const own = { 'Fn::Sub': 'kiln-prod@${AWS::Region}' };
    const isOwn = (condition: Conditions, operators: readonly string[], key: string) =>
      operators.some((operator) => isDeepStrictEqual(condition[operator]?.[`aws:${key}/kiln:service`], own));
    const open = statements().flatMap(([role, { Effect, Action, Resource, Condition = {} }]) => {
      if (Effect !== 'Allow') return [];
      return [Action].flat().flatMap((action) => {
        // Whoever launches from a template, or with a group or key that is there already, makes nothing of those.
        const isMade = /(image|snapshot|instance)\/\*/.test(JSON.stringify(Resource));
        if (OWN_THINGS.includes(action) && !isOwn(Condition, ['StringEquals'], 'ResourceTag'))
          return [`${role}: ${action}`];
        if (MADE_THINGS.includes(action) && isMade && !isTagged(Condition) && !isSource(action, Condition))
          return [`${role}: ${action}`];
        if (GROUPS.includes(action) && !isOwn(Condition, ['StringEqualsIfExists'], 'ResourceTag'))
          return [`${role}: ${action}`];
        return [];
      });
    });
    expect(open).toEqual([]);

    function isTagged(condition: Conditions): boolean {
      return ['RequestTag', 'ResourceTag'].some((key) => isOwn(condition, ['StringEquals'], key));
    }

    /** What is copied is there already. EC2 tells its owner alone, and no owner of what is about to be made. */
    function isSource(action: string, condition: Conditions): boolean {
      return (
        action === 'ec2:CopyImage' &&
        isDeepStrictEqual(condition, { StringEquals: { 'ec2:Owner': { Ref: 'AWS::AccountId' } } })
      );
    }
  });

  test('has no action that stands for several', () => {
    expect(
      statements().flatMap(([, { Action }]) => [Action].flat().filter((action) => action.includes('*'))),
    ).toEqual([]);
  });

  test('keeps every log for a time only, and has one for each function', () => {
    const groups = resources.filter(([, { Type }]) => Type === 'AWS::Logs::LogGroup');
    expect(groups.filter(([, { Properties }]) => !Properties.RetentionInDays)).toEqual([]);
    const names = groups.map(([, { Properties }]) => Properties.LogGroupName);
    expect(
      functions().filter(([, { Properties }]) => !names.includes(`/aws/lambda/${Properties.FunctionName}`)),
    ).toEqual([]);
  });

  test('throttles its API and writes down who calls it', () => {
    const stages = resources.filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Stage');
    expect(stages.map(([, { Properties }]) => Properties)).toEqual([
      expect.objectContaining({
        DefaultRouteSettings: {
          ThrottlingBurstLimit: expect.any(Number),
          ThrottlingRateLimit: expect.any(Number),
        },
        AccessLogSettings: {
          DestinationArn: { 'Fn::GetAtt': ['HttpApiLogGroup', 'Arn'] },
          Format: expect.stringContaining('$context.requestId'),
        },
      }),
    ]);
  });

  function typeOf(id: string) {
    return template.Resources[id]?.Type;
  }

  function roleIds() {
    return resources.flatMap(([id, { Type }]) => (Type === 'AWS::IAM::Role' ? [id] : []));
  }

  function functions() {
    return resources.filter(([, { Type }]) => Type === 'AWS::Lambda::Function');
  }

  function statements(): [string, Statement][] {
    return resources.flatMap(([id, { Type, Properties }]) =>
      Type === 'AWS::IAM::Role'
        ? (Properties.Policies ?? []).flatMap(({ PolicyDocument }) =>
            PolicyDocument.Statement.map((statement): [string, Statement] => [id, statement]),
          )
        : [],
    );
  }
});

/** Actions that AWS lets nobody narrow down, and that change nothing. */
function isReading(action: string): boolean {
  return /^\w+:(Describe|Get|BatchGet|List)/.test(action);
}

/** Any way out leads to a port where nobody listens; there are no credentials, and no file that has some. */
async function withoutNetwork<T>(run: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  const nowhere = 'http://127.0.0.1:9';
  Object.assign(process.env, {
    ...{ HTTP_PROXY: nowhere, HTTPS_PROXY: nowhere, http_proxy: nowhere, https_proxy: nowhere },
    ...{ AWS_ENDPOINT_URL: nowhere, AWS_EC2_METADATA_DISABLED: 'true' },
    ...{ AWS_SHARED_CREDENTIALS_FILE: '/nowhere', AWS_CONFIG_FILE: '/nowhere' },
  });
  try {
    return await run();
  } finally {
    process.env = before;
  }
}
