import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetRoleCommand, IAMClient, SimulatePrincipalPolicyCommand } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { checkHealth } from '../../../cli/commands/doctor/health';
import { measure } from '../../../cli/commands/doctor/limits';
import { checkNetwork } from '../../../cli/commands/doctor/network';
import { CALLS, checkPermissions } from '../../../cli/commands/doctor/permissions';
import type { Stack } from '../../../cli/commands/doctor/stack';
import { version } from '../../../package.json';
import { ROUTES } from '../../../src/api/routes';
import { FakeApi, problem, run, runAt, useKeys } from './kit';

useKeys();

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
    cloudFormation
      .on(DescribeStacksCommand)
      .rejects(Object.assign(new Error('not authorized'), { name: 'AccessDenied' }));
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
      '? AWS             not looked at: cloudformation:DescribeStacks: AccessDenied: not authorized',
      '✔ API             answers, and has the pipeline web',
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

  test('what is wrong with pipelines of no group is to be looked at', async () => {
    api.on('GET /fleet', { body: { at: '', groups: [], problems: ['pipeline base: it is gone'] } });
    const { code, output } = await runAt(api, ['doctor'], { columns: 200 });
    expect(output).toContain('⚠ fleet           pipeline base: it is gone: kiln fleet');
    expect(code).toBe(0);
  });

  test.each([
    ['UPDATE_COMPLETE', version, ['✔ stack ', `✔ version         ${version}, as this command`]],
    [
      'UPDATE_COMPLETE',
      '0.0.9',
      ['✔ stack ', `⚠ version         kiln-prod is of Kiln 0.0.9, and this command of ${version}: npx`],
    ],
    ['UPDATE_COMPLETE', undefined, ['✔ stack ', '⚠ version         kiln-prod does not tell its version']],
    ['UPDATE_ROLLBACK_COMPLETE', version, ['⚠ stack ', '✔ version ']],
    ['UPDATE_IN_PROGRESS', version, ['⚠ stack ', '✔ version ']],
  ])('a stack that is %s, of version %s', async (StackStatus, Version, expected) => {
    const values = { HttpApiUrl: api.url, ...(Version && { Version }) };
    const Outputs = Object.entries(values).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue }));
    cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ StackStatus, Outputs } as never] });
    const { code, output } = await runAt(api, ['doctor'], { columns: 200 });
    const lines = output.split('\n').slice(3, 5);
    for (const [at, text] of expected.entries()) expect(lines[at]).toContain(text);
    expect(code).toBe(0);
  });

  test('an API that is not that of the stack says nothing of what it stands on', async () => {
    const Outputs = [{ OutputKey: 'HttpApiUrl', OutputValue: 'https://other.example.org' }];
    cloudFormation.on(DescribeStacksCommand).resolves({ Stacks: [{ Outputs } as never] });
    const { output } = await runAt(api, ['doctor'], { columns: 200 });
    expect(output).toContain('? AWS             not looked at: this API is not that of the stack kiln-prod');
    expect(output).toContain('✔ nothing is in the way');
  });
});

describe('permissions', () => {
  const iam = mockClient(IAMClient);
  beforeEach(() => iam.reset());
  const stack: Stack = {
    ...{
      name: 'kiln-prod',
      region: 'eu-north-1',
      partition: 'aws',
      account: '1',
      parameters: {},
      sources: {},
    },
    outputs: { HttpApiId: 'abc', ArtifactsBucket: 'artifacts' },
  };
  const check = (arn: string) =>
    checkPermissions(arn, 'web', stack, { client: { region: 'eu-north-1' }, stage: 'prod' });
  const decide = (isAllowed: (action: string, resource: string) => boolean, more: object = {}) =>
    iam.on(SimulatePrincipalPolicyCommand).callsFake(({ ActionNames: [action], ResourceArns }) => ({
      EvaluationResults: ResourceArns.map((resource: string) =>
        isAllowed(action, resource)
          ? { EvalActionName: action, EvalResourceName: resource, EvalDecision: 'allowed' }
          : { EvalActionName: action, EvalResourceName: resource, EvalDecision: 'implicitDeny', ...more },
      ),
    }));
  const ROLE = 'arn:aws:iam::1:role/teams/Ops';
  const useRole = (Arn: string) => iam.on(GetRoleCommand).resolves({ Role: { Arn } as never });

  test('are looked up for each route of the API that a command calls', () => {
    const called = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(CALLS.map(([call]) => call).toSorted()).toEqual(
      called.filter((call) => call !== 'GET /pipelines/{pipeline}').toSorted(),
    );
  });

  test('of a role are those that IAM simulates for the role of the session', async () => {
    useRole(ROLE);
    decide(() => true);
    const [found] = await check('arn:aws:sts::1:assumed-role/Ops/eva');
    expect(found).toMatchObject({
      name: 'permissions',
      outcome: 'good',
      text: expect.stringContaining(ROLE),
    });
    const [call] = iam.commandCalls(SimulatePrincipalPolicyCommand);
    expect(call?.args[0].input).toMatchObject({ PolicySourceArn: ROLE });
    expect(call?.args[0].input.ResourceArns).toContain(
      'arn:aws:execute-api:eu-north-1:1:abc/$default/POST/pipelines/web/builds',
    );
  });

  test('that lack are told with the command that they lack for, and the policy that gives them', async () => {
    decide((action) => action !== 's3:PutObject');
    const [found] = await check('arn:aws:iam::1:user/people/eva');
    expect(found).toEqual({
      name: 'permissions',
      outcome: 'note',
      text: 'may not: kiln push (s3:PutObject: no policy allows it)',
      mend: expect.stringMatching(/^aws iam put-user-policy --user-name eva .*artifacts\/web\/site\.tar\.gz/),
    });
  });

  test('of a permission set are added there', async () => {
    useRole('arn:aws:iam::1:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_1');
    decide((_, resource) => !resource.endsWith('/abort'));
    const [found] = await check('arn:aws:sts::1:assumed-role/AWSReservedSSO_Ops_1/eva');
    expect(found).toMatchObject({
      text: 'may not: kiln abort (execute-api:Invoke: no policy allows it)',
      mend: expect.stringMatching(/^add to its permission set: .*POST\/builds\/web-\*\/abort/),
    });
  });

  test.each([
    [
      { EvalDecision: 'explicitDeny', MatchedStatements: [{ SourcePolicyId: 'freeze' }] },
      'the policy freeze denies it',
    ],
    [{ OrganizationsDecisionDetail: { AllowedByOrganizations: false } }, 'a policy of the organization'],
    [
      { PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: false } },
      'its permissions boundary',
    ],
  ])('that something denies are mended by no further policy (%#)', async (more, why) => {
    decide((action) => action !== 'lambda:InvokeFunction', more);
    const [found] = await check('arn:aws:iam::1:user/eva');
    expect(found).toMatchObject({
      outcome: 'note',
      text: expect.stringContaining(`kiln gc (lambda:InvokeFunction: ${why}`),
    });
    expect(found).not.toHaveProperty('mend');
  });

  test('that a condition asks something for are told with that', async () => {
    decide((action) => action !== 'lambda:InvokeFunction', { MissingContextValues: ['aws:SourceIp'] });
    const [found] = await check('arn:aws:iam::1:user/eva');
    expect(found?.text).toContain('at most under conditions (aws:SourceIp)');
  });

  test('of the root user and of federated users cannot be simulated', async () => {
    expect(await check('arn:aws:iam::1:root')).toMatchObject(
      [{ outcome: 'good', text: /root user/ }].map(matchText),
    );
    expect(await check('arn:aws:sts::1:federated-user/eva')).toMatchObject(
      [{ outcome: 'unknown', text: /cannot be simulated/ }].map(matchText),
    );
    expect(iam.calls()).toHaveLength(0);
  });
});

function matchText<Of extends { text: RegExp }>({ text, ...more }: Of) {
  return { ...more, text: expect.stringMatching(text) };
}

describe('limits', () => {
  const role = (length: number) => ({
    Type: 'AWS::IAM::Role',
    Properties: { Policies: [{ PolicyDocument: { Statement: [{ Resource: 'x'.repeat(length) }] } }] },
  });

  test('are measured as IAM measures policies, the fullest first', () => {
    const Resources = { Small: role(10), Large: role(9000), Table: { Type: 'AWS::DynamoDB::Table' } };
    const [fullest] = measure({ Resources }, 1000, {});
    expect(fullest).toEqual({ what: 'characters of policy of the role Large', is: 9031, most: 10_240 });
  });

  test('take what stands for names at the length that it will have', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces it
    const arn = { 'Fn::Sub': 'arn:${AWS::Partition}:s3:::b/${!aws:userid}' };
    const PolicyDocument = { Resource: [arn, { Ref: 'AWS::Region' }] };
    const Resources = { Role: { Type: 'AWS::IAM::Role', Properties: { Policies: [{ PolicyDocument }] } } };
    const known = { 'AWS::Partition': 'aws', 'AWS::Region': 'eu-north-1' };
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM replaces it
    const text = JSON.stringify({ Resource: ['arn:aws:s3:::b/${aws:userid}', 'eu-north-1'] });
    expect(measure({ Resources }, 0, known).find(({ what }) => what.endsWith('Role'))?.is).toBe(text.length);
  });
});

describe('network', () => {
  const ec2 = mockClient(EC2Client);
  const stack: Stack = {
    ...{ name: 'kiln-prod', region: 'eu-north-1', partition: 'aws', account: '1', outputs: {} },
    parameters: { Subnets: 'subnet-1,subnet-2', BaseSecurityGroup: 'sg-1', ProbeSecurityGroup: 'sg-2' },
    sources: { Subnets: '/kiln/network/subnets', ProbeSecurityGroup: '/kiln/network/probe-security-group' },
  };
  const check = () => checkNetwork(stack, { client: { region: 'eu-north-1' } });
  const subnet = (SubnetId: string, more: object = {}) => ({ SubnetId, VpcId: 'vpc-1', ...more });
  const useTable = (State: 'active' | 'blackhole') =>
    ec2.on(DescribeRouteTablesCommand).resolves({
      RouteTables: [
        {
          ...{ RouteTableId: 'rtb-1', VpcId: 'vpc-1', Associations: [{ Main: true }] },
          Routes: [{ DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-0', State }],
        },
      ],
    });

  beforeEach(() => {
    ec2.reset();
    ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [subnet('subnet-1'), subnet('subnet-2')] });
    useTable('active');
    ec2.on(DescribeInternetGatewaysCommand).resolves({
      InternetGateways: [{ InternetGatewayId: 'igw-1', Attachments: [{ VpcId: 'vpc-1' }] }],
    });
    ec2
      .on(DescribeSecurityGroupsCommand)
      .resolves({ SecurityGroups: [{ GroupId: 'sg-1' }, { GroupId: 'sg-2' }] });
  });

  test('with room and a way out is good', async () => {
    const text = '2 subnets in vpc-1 with room and a way out';
    expect(await check()).toEqual([{ name: 'network', outcome: 'good', text }]);
  });

  test('of which one subnet is gone is to be looked at: builds take the other', async () => {
    ec2.on(DescribeSubnetsCommand).resolves({ Subnets: [subnet('subnet-2')] });
    expect(await check()).toMatchObject([
      { outcome: 'good', text: '1 subnet in vpc-1 with room and a way out' },
      {
        outcome: 'note',
        text: 'the subnet subnet-1 is gone',
        mend: expect.stringContaining('/kiln/network/subnets'),
      },
    ]);
  });

  test('whose routes lead to what is gone is bad', async () => {
    useTable('blackhole');
    const [first, second] = await check();
    expect(first).toMatchObject({
      outcome: 'bad',
      text: expect.stringContaining('0.0.0.0/0 leads to what is gone'),
    });
    expect(second?.mend).toBe(
      'aws ec2 replace-route --route-table-id rtb-1 --destination-cidr-block 0.0.0.0/0 --gateway-id igw-1',
    );
  });

  test('without a free address, or without a security group, is bad', async () => {
    const full = { AvailableIpAddressCount: 0 };
    ec2
      .on(DescribeSubnetsCommand)
      .resolves({ Subnets: [subnet('subnet-1', full), subnet('subnet-2', full)] });
    ec2.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [{ GroupId: 'sg-1' }] });
    expect(await check()).toMatchObject([
      { outcome: 'bad', text: 'the subnet subnet-1 has no free address' },
      { outcome: 'bad', text: 'the subnet subnet-2 has no free address' },
      { outcome: 'bad', text: 'the security group sg-2 (ProbeSecurityGroup) is gone' },
    ]);
  });
});

describe('health', () => {
  const autoScaling = mockClient(AutoScalingClient);
  const balancing = mockClient(ElasticLoadBalancingV2Client);
  const check = () => checkHealth(['fleet'], { client: { region: 'eu-north-1' } });
  beforeEach(() => {
    autoScaling.reset();
    balancing.reset();
    autoScaling.on(DescribeAutoScalingGroupsCommand).resolves({
      AutoScalingGroups: [
        {
          AutoScalingGroupName: 'fleet',
          HealthCheckType: 'EC2,ELB',
          TargetGroupARNs: ['arn:aws:elasticloadbalancing:eu-north-1:1:targetgroup/web/0f1e'],
        } as never,
      ],
    });
  });
  const use = (...states: ('healthy' | 'initial' | 'draining' | 'unhealthy')[]) =>
    balancing.on(DescribeTargetHealthCommand).resolves({
      TargetHealthDescriptions: states.map((State, at) => ({
        Target: { Id: `i-${at}` },
        TargetHealth: { State, ...(State === 'unhealthy' && { Reason: 'Target.Timeout' }) },
      })),
    });

  test('of servers that come or go is no fault', async () => {
    use('healthy', 'initial', 'draining');
    const text = '1 target group, 3 servers in them, none unhealthy';
    expect(await check()).toEqual([{ name: 'health', outcome: 'good', text }]);
  });

  test('of servers that a target group calls unhealthy is told with its reason', async () => {
    use('healthy', 'unhealthy');
    expect(await check()).toMatchObject([
      { name: 'fleet', outcome: 'note', text: 'i-1 is unhealthy in the target group web (Target.Timeout)' },
    ]);
  });
});
