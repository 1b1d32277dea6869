import { AutoScalingClient, UpdateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import { CloudFormationClient, DescribeStackResourceCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateRouteCommand,
  DeleteRouteCommand,
  DescribeInternetGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
} from '@aws-sdk/client-eventbridge';
import {
  AddRoleToInstanceProfileCommand,
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteRolePolicyCommand,
  GetRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import {
  GetScheduleCommand,
  SchedulerClient,
  UpdateScheduleCommand,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { Check } from '../../cli/commands/doctor/check';
import { projectFolder } from '../../cli/project';
import { pushSite } from '../../cli/push';
import { run } from '../unit/cli/kit';
import { RunningSample } from './running-sample';

let sample: RunningSample;
let before: NodeJS.ProcessEnv;

beforeAll(async () => {
  before = { ...process.env };
  sample = await RunningSample.start(projectFolder);
  Object.assign(process.env, sample.aws.env);
  for (const name of ['api', 'web']) await pushSite(sample.settings, `${projectFolder}/pipelines`, name);
  const [api, web] = [await sample.startBuild('api'), await sample.startBuild('web')];
  for (const id of [api, web]) expect(await sample.ended(id)).toMatchObject({ status: 'SUCCEEDED' });
});
afterAll(async () => {
  process.env = before;
  await sample?.stop();
});

/** What doctor says, and with which exit code. @param env whose keys, instead of the administrator's */
async function ask(env: Readonly<Record<string, string>> = {}) {
  const own = { ...process.env };
  Object.assign(process.env, env);
  try {
    const { code, output } = await run(['doctor', '--json'], { env: sample.aws.env });
    return { code, checks: (JSON.parse(output) as { checks: Check[] }).checks };
  } finally {
    process.env = own;
  }
}

/** Breaks something, looks at what doctor says, and mends it. */
async function whileBroken(
  breaking: () => Promise<unknown>,
  mending: () => Promise<unknown>,
  look: () => Promise<void>,
): Promise<void> {
  await breaking();
  try {
    await look();
  } finally {
    await mending();
  }
}

const of = (checks: readonly Check[], ...outcomes: Check['outcome'][]) =>
  checks.filter(({ outcome }) => outcomes.includes(outcome));

async function baseRole() {
  const { BaseRoleArn = '' } = sample.service;
  const asked = { StackName: 'kiln-prod', LogicalResourceId: 'BaseInstanceProfile' };
  const { StackResourceDetail } = await new CloudFormationClient(sample.settings).send(
    new DescribeStackResourceCommand(asked),
  );
  return {
    RoleName: BaseRoleArn.slice(BaseRoleArn.lastIndexOf('/') + 1),
    InstanceProfileName: StackResourceDetail?.PhysicalResourceId ?? '',
  };
}

test('where all is as the builds left it, nothing is in the way, and every check was made', async () => {
  const { code, checks } = await ask();
  expect([of(checks, 'bad', 'note', 'unknown'), code]).toEqual([[], 0]);
  expect(checks.map(({ name }) => name)).toEqual([
    ...[
      'files',
      'region',
      'credentials',
      'stack',
      'version',
      'permissions',
      'base role',
      'network',
      'limits',
      'triggers',
    ],
    ...['API', 'api', 'web', 'kiln-fleet-api', 'kiln-fleet-web', 'health'],
  ]);
});

test('subnets that have no way out are told with the command that gives them one', async () => {
  const ec2 = new EC2Client(sample.settings);
  const Names = '/kiln/network/subnets';
  const { Parameter } = await new SSMClient(sample.settings).send(new GetParameterCommand({ Name: Names }));
  const SubnetIds = Parameter?.Value?.split(',') ?? [];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds }));
  const Filters = [{ Name: 'vpc-id', Values: [Subnets[0]?.VpcId ?? ''] }];
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
  const attached = [{ Name: 'attachment.vpc-id', Values: [Subnets[0]?.VpcId ?? ''] }];
  const { InternetGateways = [] } = await ec2.send(
    new DescribeInternetGatewaysCommand({ Filters: attached }),
  );
  const GatewayId = InternetGateways[0]?.InternetGatewayId ?? '';
  const way = { DestinationCidrBlock: '0.0.0.0/0' };
  const tables = RouteTables.filter(({ Routes = [] }) =>
    Routes.some(({ DestinationCidrBlock }) => DestinationCidrBlock === way.DestinationCidrBlock),
  ).map(({ RouteTableId }) => RouteTableId);
  await whileBroken(
    () =>
      Promise.all(tables.map((RouteTableId) => ec2.send(new DeleteRouteCommand({ RouteTableId, ...way })))),
    () =>
      Promise.all(
        tables.map((RouteTableId) => ec2.send(new CreateRouteCommand({ RouteTableId, GatewayId, ...way }))),
      ),
    async () => {
      const { code, checks } = await ask();
      const wrong = of(checks, 'bad').filter(({ name }) => name === 'network');
      expect(wrong).toHaveLength(SubnetIds.length);
      expect(wrong[0]?.text).toMatch(
        /has no way out: in its route table rtb-\w+ 0\.0\.0\.0\/0 leads nowhere/,
      );
      expect(wrong[0]?.mend).toMatch(
        /^aws ec2 create-route --route-table-id rtb-\w+ .* --gateway-id igw-\w+$/,
      );
      expect(wrong[0]?.mend).toContain(GatewayId);
      expect(code).toBe(1);
    },
  );
});

test('a profile without its role, and a role without its rights, are bad', async () => {
  const iam = new IAMClient(sample.settings);
  const { RoleName, InstanceProfileName } = await baseRole();
  const profile = { RoleName, InstanceProfileName };
  await whileBroken(
    () => iam.send(new RemoveRoleFromInstanceProfileCommand(profile)),
    () => iam.send(new AddRoleToInstanceProfileCommand(profile)),
    async () =>
      expect(of((await ask()).checks, 'bad')).toEqual([
        {
          name: 'base role',
          outcome: 'bad',
          text: `the instance profile ${InstanceProfileName} has no role, and should have ${RoleName}`,
          mend: `aws iam add-role-to-instance-profile --instance-profile-name ${InstanceProfileName} --role-name ${RoleName}`,
        },
      ]),
  );
  const PolicyName = 'be-reached';
  const { PolicyDocument = '' } = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  expect(of((await ask()).checks, 'bad')).toMatchObject([
    {
      name: 'base role',
      text: expect.stringContaining(
        'ssm:UpdateInstanceInformation to be reached by SSM (no policy allows it)',
      ),
      mend: expect.stringContaining('detect-stack-drift'),
    },
  ]);
  await iam.send(
    new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: decodeURIComponent(PolicyDocument) }),
  );
  expect(of((await ask()).checks, 'bad')).toEqual([]);
});

test('a group on $Latest is bad, and one that does not ask its target groups is to be looked at', async () => {
  const autoScaling = new AutoScalingClient(sample.settings);
  const AutoScalingGroupName = 'kiln-fleet-web';
  const update = (more: object) =>
    autoScaling.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName, ...more }));
  const { body } = await sample.api('GET', '/fleet?pipeline=web');
  const [group] = (body as { groups: { servers: { launchTemplateId: string; version: string }[] }[] }).groups;
  const { launchTemplateId: LaunchTemplateId, version } = group?.servers[0] ?? {};
  await whileBroken(
    () => update({ LaunchTemplate: { LaunchTemplateId, Version: '$Latest' }, HealthCheckType: 'EC2' }),
    () => update({ LaunchTemplate: { LaunchTemplateId, Version: version }, HealthCheckType: 'ELB' }),
    async () => {
      const { code, checks } = await ask();
      expect(of(checks, 'bad')).toMatchObject([{ name: 'web', text: expect.stringContaining('$Latest') }]);
      expect(of(checks, 'note')).toContainEqual({
        name: AutoScalingGroupName,
        outcome: 'note',
        text: expect.stringContaining('does not ask its target groups whether servers are healthy (EC2)'),
        mend: expect.stringContaining('--health-check-type ELB'),
      });
      expect(code).toBe(1);
    },
  );
});

test('a parameter that a pipeline names and that is gone is told with what pushes it', async () => {
  const ssm = new SSMClient(sample.settings);
  const Name = '/kiln/web/site';
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  await whileBroken(
    () => ssm.send(new DeleteParameterCommand({ Name })),
    () => ssm.send(new PutParameterCommand({ Name, Type: 'String', Value: Parameter?.Value ?? '' })),
    async () =>
      expect(of((await ask()).checks, 'bad')).toMatchObject([
        { name: 'web', text: expect.stringContaining('/kiln/web/site'), mend: 'kiln push web' },
      ]),
  );
});

test('a rule and a schedule that somebody has disabled are told with what holds a pipeline for longer', async () => {
  const [events, scheduler] = [new EventBridgeClient(sample.settings), new SchedulerClient(sample.settings)];
  const { Rules = [] } = await events.send(new ListRulesCommand({ NamePrefix: 'kiln-prod.api.' }));
  const Name = Rules[0]?.Name;
  const schedule = { GroupName: 'kiln-prod', Name: 'web' };
  const { CreationDate, LastModificationDate, Arn, ...settings } = await scheduler.send(
    new GetScheduleCommand(schedule),
  );
  const set = (State: 'ENABLED' | 'DISABLED') =>
    scheduler.send(
      new UpdateScheduleCommand({ ...settings, ...schedule, State } as UpdateScheduleCommandInput),
    );
  await whileBroken(
    () => Promise.all([events.send(new DisableRuleCommand({ Name })), set('DISABLED')]),
    () => Promise.all([events.send(new EnableRuleCommand({ Name })), set('ENABLED')]),
    async () => {
      const { code, checks } = await ask();
      expect([of(checks, 'note'), code]).toEqual([
        [
          {
            name: 'triggers',
            outcome: 'note',
            text: expect.stringContaining('somebody has disabled the schedule web: '),
            mend: "kiln hold web --reason '…'",
          },
          {
            name: 'triggers',
            outcome: 'note',
            text: expect.stringContaining(`somebody has disabled the rule ${Name}: `),
            mend: "kiln hold api --reason '…'",
          },
        ],
        0,
      ]);
    },
  );
});

test('who may only look is told what he may not do; what he may not look at is not known, and no fault', async () => {
  const iam = new IAMClient(sample.settings);
  const UserName = 'reader';
  await iam.send(new CreateUserCommand({ UserName }));
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 'execute-api:Invoke',
        Resource: ['arn:aws:execute-api:*:*:*/*/GET/*', 'arn:aws:execute-api:*:*:*/*/POST/*/plan'],
      },
      {
        Effect: 'Allow',
        Action: ['cloudformation:Describe*', 'iam:SimulatePrincipalPolicy', 'iam:GetRole'],
        Resource: '*',
      },
    ],
  });
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'look', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  const { code, checks } = await ask({
    AWS_ACCESS_KEY_ID: AccessKey?.AccessKeyId ?? '',
    AWS_SECRET_ACCESS_KEY: AccessKey?.SecretAccessKey ?? '',
  });
  const [permissions] = of(checks, 'note');
  expect(permissions).toMatchObject({
    name: 'permissions',
    text: expect.stringMatching(/may not: kiln build \(execute-api:Invoke: .*kiln push \(.*kiln gc \(/),
    mend: expect.stringMatching(/^aws iam put-user-policy --user-name reader /),
  });
  expect(permissions?.text).not.toMatch(/kiln (plan|fleet|builds|show) \(/);
  expect(of(checks, 'unknown').map(({ name }) => name)).toEqual([
    'base role',
    'network',
    'limits',
    'triggers',
    'health',
  ]);
  expect([of(checks, 'bad'), code]).toEqual([[], 0]);
});
