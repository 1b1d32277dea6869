import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
} from '@aws-sdk/client-auto-scaling';
import { CloudWatchClient, PutMetricAlarmCommand, SetAlarmStateCommand } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeTagsCommand,
  EC2Client,
  type Tag,
} from '@aws-sdk/client-ec2';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, QueryCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type ClientSettings, type OwnAws, startAws } from 'embedded-aws';
import { createStack, deployService } from '../../../cli/deploy';
import { projectFolder } from '../../../cli/project';
import { listSecurityGroups } from '../../../cli/story/leftovers';
import { type BuildRecord, keyOfRecord } from '../../../src/build/record';
import type { Hold } from '../../../src/build/unattended/hold';
import type { Current } from '../../../src/pipeline/pushed/store';
import { Bystanders } from './bystanders';
import { Deployments } from './deployments';
import { People } from './people';
import { ALARM, GROUP, OTHER_STAGE, otherIn, PIPELINE_NAMES, SECOND_GROUP } from './pipelines';
import { Visitors } from './visitors';

const BASE_IMAGE = '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64';
/** AWS seconds between two looks whether all is done, and how long that may take at most: longer than an image that hangs. */
const LOOK_SECONDS = 20;
const LONGEST_LOOK_SECONDS = 120;
const PATIENCE_SECONDS = 8 * 3600;
/** How long a build without faults may take. */
export const CALM_PATIENCE_SECONDS = 3600;
/** AWS seconds for which functions stay warm: mostly from one night's build to the next, which saves a third; in each fifth world they don't, as on AWS. */
const WARM_SECONDS = 6 * 3600;
const COLD_SECONDS = 600;
const COLD_WORLDS = 5;
const SERVICE = 'kiln-prod@us-east-1';

/** A newborn embedded AWS with fleet, service, bystanders and visitors, and what a person does with them. */
export class World {
  readonly ec2: EC2Client;
  readonly autoScaling: AutoScalingClient;
  readonly cloudWatch: CloudWatchClient;
  readonly visitors: Visitors[] = [];
  /** Builds of runs before, of whose records less is expected. */
  readonly excused = new Set<string>();
  /** When servers died that a schedule let die: AWS milliseconds. */
  readonly deaths: number[] = [];
  /** The build without faults that was last: the fleet served it when this run began. */
  served: string | undefined;
  /** The version of the template with which a person made the second group. */
  secondBegan: string | undefined;
  private readonly dynamo: DynamoDBDocumentClient;
  private readonly deeds: Promise<void>[] = [];
  private hasOther = false;
  readonly people: People;
  readonly deployments: Deployments;

  private constructor(
    readonly aws: OwnAws,
    private readonly packaged: string,
    readonly service: Readonly<Record<string, string>>,
    readonly bystanders: Bystanders,
    readonly securityGroups: ReadonlySet<string>,
  ) {
    const { client } = aws;
    this.ec2 = new EC2Client(client);
    this.autoScaling = new AutoScalingClient(client);
    this.cloudWatch = new CloudWatchClient(client);
    this.dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(client));
    this.people = new People(this);
    this.deployments = new Deployments(client, packaged, (seconds) => this.sleep(seconds));
  }

  /** @param packaged the folder with the packaged service */
  static async create(seed: number, packaged: string): Promise<World> {
    const functionIdleSeconds = seed % COLD_WORLDS === 0 ? COLD_SECONDS : WARM_SECONDS;
    const aws = await startAws({ seed, holdSchedules: true, functions: 'process', functionIdleSeconds });
    try {
      const sleep = (seconds: number) => aws.clock.sleep(seconds);
      const template = await readFile(join(projectFolder, 'fleet', 'template.yml'), 'utf8');
      await createStack(aws.client, 'kiln-fleet', template, sleep);
      const { Parameter } = await new SSMClient(aws.client).send(
        new GetParameterCommand({ Name: BASE_IMAGE }),
      );
      await new CloudWatchClient(aws.client).send(
        new PutMetricAlarmCommand({
          ...{ AlarmName: ALARM, Namespace: 'Somebody', MetricName: 'Errors', Statistic: 'Sum' },
          ...{ Period: 60, EvaluationPeriods: 1, Threshold: 1, TreatMissingData: 'ignore' },
          ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        }),
      );
      const bystanders = await Bystanders.make(aws.client, Parameter?.Value ?? '', sleep);
      const service = await deployService(aws.client, 'kiln-prod', packaged, sleep);
      await bystanders.remember();
      const world = new World(aws, packaged, service, bystanders, await listSecurityGroups(aws.client));
      await world.calmAlarm();
      return world;
    } catch (error) {
      await aws.stop();
      throw error;
    }
  }

  get settings(): ClientSettings {
    return this.aws.client;
  }

  now(): number {
    return this.aws.clock.now().getTime();
  }

  sleep(seconds: number): Promise<void> {
    return this.aws.clock.sleep(seconds);
  }

  /** Lets somebody do something after so many AWS seconds, beside all else. */
  act(seconds: number, deed: () => Promise<void>): void {
    // Never at once: whoever watches calls stands in the middle of one.
    const done = this.sleep(Math.max(seconds, 0.01)).then(deed);
    this.deeds.push(done);
    done.catch(() => {});
  }

  /** What deeds came to, and forgets them. @throws what one failed with */
  async deedsDone(): Promise<void> {
    while (this.deeds.length > 0) await this.deeds.shift();
  }

  noteDeath(): void {
    this.deaths.push(this.now());
  }

  async calmAlarm(): Promise<void> {
    await this.cloudWatch.send(
      new SetAlarmStateCommand({ AlarmName: ALARM, StateValue: 'OK', StateReason: 'nobody complains' }),
    );
  }

  executionArn(build: string): string {
    return `${this.service.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${build}`;
  }

  /** How an execution is; undefined where there is none. */
  async execution(build: string): Promise<string | undefined> {
    try {
      const { status } = await new SFNClient(this.settings).send(
        new DescribeExecutionCommand({ executionArn: this.executionArn(build) }),
      );
      return status;
    } catch (error) {
      if ((error as Error).name === 'ExecutionDoesNotExist') return undefined;
      throw error;
    }
  }

  /** The records of all builds, oldest first. */
  async records(): Promise<BuildRecord[]> {
    const found = await Promise.all(PIPELINE_NAMES.map((name) => this.query(`PIPELINE#${name}`)));
    return (found.flat() as unknown as BuildRecord[])
      .filter(({ id }) => id !== undefined)
      .sort((a, b) => a.requestedAt.localeCompare(b.requestedAt));
  }

  async record(build: string): Promise<BuildRecord | undefined> {
    return (await this.records()).find(({ id }) => id === build);
  }

  /** The time is over in which a build that waits for its window may begin. @returns false where it does not wait for one */
  async endWindow(build: string): Promise<boolean> {
    const { window } = (await this.record(build)) ?? {};
    if (!window || window.resumedAt) return false;
    await this.dynamo.send(
      new UpdateCommand({
        ...{ TableName: this.service.TableName, Key: keyOfRecord(build) },
        UpdateExpression: 'SET #window.expiresAt = :now',
        ExpressionAttributeNames: { '#window': 'window' },
        ExpressionAttributeValues: { ':now': this.aws.clock.now().toISOString() },
      }),
    );
    return true;
  }

  /** How the pipeline `web` is held, and when somebody has resumed it: ISO 8601. */
  async hold(): Promise<{ hold: Partial<Hold>; resumedAt: readonly string[] }> {
    const items = await this.query('PIPELINE#web');
    const acts = items.filter(({ sk, act }) => String(sk).startsWith('ACT#') && act === 'resume');
    return {
      hold: items.find(({ sk }) => sk === 'HOLD') ?? {},
      resumedAt: acts.map(({ at }) => String(at)),
    };
  }

  /** What the service knows of the version of `web` that somebody has pushed last. */
  async current(): Promise<Partial<Current> | undefined> {
    return (await this.query('PIPELINE#web')).find(({ sk }) => sk === 'CURRENT');
  }

  /** All that stands in the table, in words. */
  async items(): Promise<{ pk: string; sk: string }[]> {
    const { Items = [] } = await this.dynamo.send(new ScanCommand({ TableName: this.service.TableName }));
    return Items as { pk: string; sk: string }[];
  }

  private async query(pk: string): Promise<Record<string, unknown>[]> {
    const { Items = [] } = await this.dynamo.send(
      new QueryCommand({
        ...{ TableName: this.service.TableName, ConsistentRead: true },
        ...{ KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } },
      }),
    );
    return Items;
  }

  async group(name = GROUP): Promise<AutoScalingGroup | undefined> {
    const { AutoScalingGroups } = await this.autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    return AutoScalingGroups?.[0];
  }

  async templateId(): Promise<string> {
    return (await this.group())?.LaunchTemplate?.LaunchTemplateId ?? '';
  }

  async baseImage(): Promise<string> {
    return (await this.parameter(BASE_IMAGE)) ?? '';
  }

  /** Those of this account that are available. */
  async images(): Promise<Set<string>> {
    const { Images } = await this.ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
    return new Set(
      (Images ?? []).filter((one) => one.State === 'available').map(({ ImageId = '' }) => ImageId),
    );
  }

  async parameter(name: string): Promise<string | undefined> {
    try {
      const { Parameter } = await new SSMClient(this.settings).send(new GetParameterCommand({ Name: name }));
      return Parameter?.Value;
    } catch (error) {
      if ((error as Error).name === 'ParameterNotFound') return undefined;
      throw error;
    }
  }

  /** The instances that a build made and that live. */
  async instancesOf(build: string): Promise<string[]> {
    const { Reservations } = await this.ec2.send(
      new DescribeInstancesCommand({
        Filters: [
          { Name: 'tag:kiln:build', Values: [build] },
          { Name: 'instance-state-name', Values: ['pending', 'running'] },
        ],
      }),
    );
    return (Reservations ?? [])
      .flatMap(({ Instances }) => Instances ?? [])
      .map(({ InstanceId = '' }) => InstanceId)
      .filter((id) => !this.bystanders.isOwn(id));
  }

  /** The tags that what a build makes carries. */
  tagsOf(build: string): Tag[] {
    return [
      { Key: 'Name', Value: `kiln-${build}` },
      { Key: 'kiln:service', Value: SERVICE },
      { Key: 'kiln:pipeline', Value: build.replace(/-[^-]*$/, '') },
      { Key: 'kiln:build', Value: build },
    ];
  }

  async tagsOfInstance(id: string): Promise<Tag[]> {
    const { Tags } = await this.ec2.send(
      new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [id] }] }),
    );
    return (Tags ?? [])
      .filter(({ Key }) => !Key?.startsWith('aws:'))
      .map(({ Key, Value }) => ({ Key, Value }));
  }

  /** From now on visitors ask for the site. */
  async open(): Promise<void> {
    const balancers = await this.aws.loadBalancers();
    const port = balancers.find(({ listenerPort }) => listenerPort === 80)?.loopbackPort;
    this.visitors.push(new Visitors(`http://127.0.0.1:${port}/`, this.aws.clock));
  }

  /**
   * Resolves when no build is open, no execution runs, and the group is whole and calm.
   *
   * @param patienceSeconds AWS seconds
   * @returns what is not so far when patience is over; nothing as a rule
   */
  async settled(patienceSeconds = PATIENCE_SECONDS): Promise<string[]> {
    const end = this.now() + patienceSeconds * 1000;
    let wait = LOOK_SECONDS;
    for (;;) {
      const unrest = await this.unrest();
      if (unrest.length === 0 || this.now() > end) return unrest;
      await this.sleep(wait);
      wait = Math.min(LONGEST_LOOK_SECONDS, wait * 1.05);
    }
  }

  private async unrest(): Promise<string[]> {
    const open = [...(await this.query('OPEN')), ...(await this.query('OUTBOX'))];
    if (open.length > 0) return open.map(({ pk, sk }) => `${pk} / ${sk} is still in the table`);
    const states = new SFNClient(this.settings);
    const { executions = [] } = await states.send(
      new ListExecutionsCommand({ stateMachineArn: this.service.StateMachineArn, statusFilter: 'RUNNING' }),
    );
    if (executions.length > 0) return executions.map(({ name }) => `the execution of ${name} still runs`);
    if (!(await this.group())) return [`${GROUP} is not there`];
    return [...(await this.unrestOf(GROUP)), ...(await this.unrestOf(SECOND_GROUP))];
  }

  private async unrestOf(name: string): Promise<string[]> {
    const group = await this.group(name);
    if (!group) return [];
    const status = await this.refreshStatus(name);
    if (/^(Pending|InProgress|Cancelling|RollbackInProgress|Baking)$/.test(status))
      return [`a refresh of ${name} is ${status}`];
    const inService = (group.Instances ?? []).filter((one) => one.LifecycleState === 'InService');
    const isWhole =
      inService.length === group.DesiredCapacity && inService.length === group.Instances?.length;
    if (!isWhole && (await this.canLaunch(group)))
      return [`${name} has ${inService.length} servers in service of ${group.DesiredCapacity}`];
    return [];
  }

  /** Whether the version that a group launches servers from is there, and its image: somebody may have taken either away. */
  async canLaunch({
    LaunchTemplate: { LaunchTemplateId, Version = '' } = {},
  }: AutoScalingGroup): Promise<boolean> {
    const { LaunchTemplateVersions = [] } = await this.ec2
      .send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions: [Version] }))
      .catch((error: Error) => {
        if (error.name === 'InvalidLaunchTemplateId.VersionNotFound') return { LaunchTemplateVersions: [] };
        throw error;
      });
    const [version] = LaunchTemplateVersions;
    return (await this.images()).has(version?.LaunchTemplateData?.ImageId ?? '');
  }

  /** Of the newest refresh of a group, which somebody may be deleting. */
  private async refreshStatus(AutoScalingGroupName: string): Promise<string> {
    try {
      const { InstanceRefreshes } = await this.autoScaling.send(
        new DescribeInstanceRefreshesCommand({ AutoScalingGroupName, MaxRecords: 1 }),
      );
      return InstanceRefreshes?.[0]?.Status ?? '';
    } catch (error) {
      if ((error as Error).name === 'ValidationError') return '';
      throw error;
    }
  }

  /** Deploys the service a second time, unless it is there, and lets its janitor look at what there is. */
  async deployOther(): Promise<void> {
    const sleep = (seconds: number) => this.sleep(seconds);
    if (!this.hasOther)
      await deployService(this.settings, `kiln-${OTHER_STAGE}`, otherIn(this.packaged), sleep);
    this.hasOther = true;
    await this.passNight(OTHER_STAGE);
  }

  /** The night of the janitor. */
  async passNight(stage = 'prod'): Promise<void> {
    const { FunctionError, Payload } = await new LambdaClient(this.settings).send(
      new InvokeCommand({ FunctionName: `kiln-${stage}-tidyUp` }),
    );
    if (FunctionError) throw new Error(`the janitor failed: ${Buffer.from(Payload ?? []).toString()}`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.visitors.map((one) => one.stop()));
    await this.aws.stop();
  }
}
