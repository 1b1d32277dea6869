import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { type Aws, startAws } from 'embedded-aws';
import { runTool, whereInstalled } from './tool';

/** The AWS CLI looks at a stack every half a minute. */
jest.setTimeout(600_000);

const STACK = 'kiln-fleet';
const root = `${__dirname}/../..`;
let aws: Aws;
let cloudFormation: CloudFormationClient;
beforeAll(async () => {
  aws = await startAws({ port: 0, timeScale: 30 });
  cloudFormation = new CloudFormationClient(aws.client);
});
afterAll(() => aws?.stop());

/** Types a command of the AWS CLI in the checkout. @throws what it printed, where it failed */
async function cloudFormationCli(...args: string[]): Promise<string> {
  const ran = await runTool(['aws', 'cloudformation', ...args], { folder: root, env: aws.env });
  if (ran.code !== 0) throw new Error(`aws cloudformation ${args[0]} ended with ${ran.code}:\n${ran.output}`);
  return ran.output;
}

const deploy = (...parameters: string[]) =>
  cloudFormationCli(
    ...['deploy', '--stack-name', STACK, '--template-file', 'fleet/template.yml'],
    ...['--capabilities', 'CAPABILITY_IAM', ...parameters],
  );

/** The events of the stack after a moment, oldest first. */
async function listEvents(after = new Date(0)): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  const pages = paginateDescribeStackEvents({ client: cloudFormation }, { StackName: STACK });
  for await (const page of pages) events.push(...(page.StackEvents ?? []));
  return events.filter(({ Timestamp = after }) => Timestamp > after).reverse();
}

whereInstalled('aws', ['--version'])(
  'the AWS CLI deploys the fleet in about the time that AWS takes, changes only what has changed, and removes it',
  async () => {
    expect(await deploy()).toContain(`Successfully created/updated stack - ${STACK}`);
    const { Stacks: [stack] = [] } = await cloudFormation.send(
      new DescribeStacksCommand({ StackName: STACK }),
    );
    expect(stack?.StackStatus).toBe('CREATE_COMPLETE');
    const made = await listEvents();
    const seconds = (Number(made.at(-1)?.Timestamp) - Number(made[0]?.Timestamp)) / 1000;
    // A load balancer alone takes two minutes.
    expect(seconds).toBeGreaterThan(60);
    expect(seconds).toBeLessThan(1200);

    // Version 1 of the CLI fails otherwise.
    expect(await deploy('--no-fail-on-empty-changeset')).toContain('No changes to deploy');
    expect(await listEvents(made.at(-1)?.Timestamp)).toEqual([]);

    await deploy('--parameter-overrides', 'MaxSize=8');
    const changed = await listEvents(made.at(-1)?.Timestamp);
    const touched = new Set(changed.map(({ ResourceType }) => ResourceType));
    expect([...touched].sort()).toEqual(['AWS::AutoScaling::AutoScalingGroup', 'AWS::CloudFormation::Stack']);
    expect(changed.at(-1)?.ResourceStatus).toBe('UPDATE_COMPLETE');

    await cloudFormationCli('delete-stack', '--stack-name', STACK);
    await cloudFormationCli('wait', 'stack-delete-complete', '--stack-name', STACK);
    await expect(cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }))).rejects.toThrow(
      'does not exist',
    );
  },
);
