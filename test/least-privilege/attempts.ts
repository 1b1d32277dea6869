import {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  CreateOrUpdateTagsCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CopyImageCommand,
  CreateImageCommand,
  CreateLaunchTemplateVersionCommand,
  CreateTagsCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  EC2Client,
  EnableImageDeprecationCommand,
  GetConsoleOutputCommand,
  ModifyImageAttributeCommand,
  ModifyLaunchTemplateCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type Tag,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateGrantCommand,
  DecryptCommand,
  DescribeKeyCommand,
  GenerateDataKeyCommand,
  KMSClient,
} from '@aws-sdk/client-kms';
import { CreateFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import {
  AddTagsToResourceCommand,
  DescribeParametersCommand,
  GetParameterCommand,
  PutParameterCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import type { ClientSettings } from 'embedded-aws';
import { zipSync } from 'fflate';
import {
  FREE_GROUP,
  FREE_PARAMETER,
  OTHERS_GROUP,
  OTHERS_PARAMETER,
  PEOPLES_GROUP,
  PEOPLES_PARAMETER,
  SECRET_PARAMETER,
  type Things,
} from './things';

/** What a role must be refused, because a condition of one of its statements says so and nothing else. */
export interface Attempt {
  /** Of `serverless/permissions.yml`: it is made with each role that has the statement. */
  readonly statement: string;
  readonly tries: string;
  readonly make: (as: ClientSettings, things: Things) => Promise<unknown>;
}

const OTHERS = { Key: 'kiln:service', Value: 'kiln-other@us-east-1' };
const OWN = { Key: 'kiln:service', Value: 'kiln-prod@us-east-1' };
const BUILD = { Key: 'kiln:build', Value: 'web-01KAS2N4Q7T9V0W1X2Y3Z4A5B6' };

const dynamo = (as: ClientSettings) => DynamoDBDocumentClient.from(new DynamoDBClient(as));
/** Of a partition that no statement names. */
const Key = { pk: 'OTHER#1', sk: 'OTHER#1' };
const get: Attempt['make'] = (as, { table }) => dynamo(as).send(new GetCommand({ TableName: table, Key }));
const put: Attempt['make'] = (as, { table }) =>
  dynamo(as).send(new PutCommand({ TableName: table, Item: Key }));
const update: Attempt['make'] = (as, { table }) =>
  dynamo(as).send(
    new UpdateCommand({
      ...{ TableName: table, Key, UpdateExpression: 'SET a = :a' },
      ExpressionAttributeValues: { ':a': 1 },
    }),
  );
const remove: Attempt['make'] = (as, { table }) =>
  dynamo(as).send(new DeleteCommand({ TableName: table, Key }));
const query: Attempt['make'] = (as, { table }) =>
  dynamo(as).send(
    new QueryCommand({
      ...{ TableName: table, KeyConditionExpression: 'pk = :pk' },
      ExpressionAttributeValues: { ':pk': Key.pk },
    }),
  );

const ofPartition = (statement: string, tries: string, make: Attempt['make']): Attempt => ({
  statement,
  tries: `${tries} of another partition`,
  make,
});

const launch =
  (tags: readonly Tag[], more: Partial<RunInstancesCommandInput> = {}): Attempt['make'] =>
  (as, { image, subnet, baseGroup }) =>
    new EC2Client(as).send(
      new RunInstancesCommand({
        ...{ ImageId: image, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
        ...{ SubnetId: subnet, SecurityGroupIds: [baseGroup] },
        TagSpecifications: (['instance', 'volume', 'network-interface'] as const).map((ResourceType) => ({
          ResourceType,
          Tags: [...tags],
        })),
        ...more,
      }),
    );

const image =
  (tags: readonly Tag[]): Attempt['make'] =>
  (as, { instance }) =>
    new EC2Client(as).send(
      new CreateImageCommand({
        ...{ InstanceId: instance, Name: 'attempt' },
        TagSpecifications: (['image', 'snapshot'] as const).map((ResourceType) => ({
          ResourceType,
          Tags: [...tags],
        })),
      }),
    );

const copy =
  (tags: readonly Tag[], source: 'image' | 'peopleImage' = 'peopleImage'): Attempt['make'] =>
  (as, things) =>
    new EC2Client(as).send(
      new CopyImageCommand({
        ...{ SourceImageId: things[source], SourceRegion: 'us-east-1', Name: 'attempt' },
        TagSpecifications: (['image', 'snapshot'] as const).map((ResourceType) => ({
          ResourceType,
          Tags: [...tags],
        })),
      }),
    );

const send =
  (...functions: readonly string[]): Attempt['make'] =>
  async (as) => {
    const events = new EventBridgeClient(as);
    await events.send(new PutRuleCommand({ Name: 'kiln-prod.web.9', EventPattern: '{"source":["x"]}' }));
    const Targets = functions.map((name) => ({
      ...{ Id: name, Arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}` },
    }));
    return events.send(new PutTargetsCommand({ Rule: 'kiln-prod.web.9', Targets }));
  };

const tag =
  (thing: 'instance' | 'peopleImage'): Attempt['make'] =>
  (as, things) =>
    new EC2Client(as).send(new CreateTagsCommand({ Resources: [things[thing]], Tags: [OWN] }));

/** Lambda asks whether the caller may pass the role, whatever else it may, and then whether it may be the role itself. */
export const giveToLambda = (as: ClientSettings, role: string) =>
  new LambdaClient(as).send(
    new CreateFunctionCommand({
      ...{ FunctionName: 'attempt', Role: role, Runtime: 'nodejs22.x', Handler: 'index.handler' },
      Code: { ZipFile: zipSync({ 'index.js': Buffer.from('') }) },
    }),
  );

/** As `giveToLambda`. */
export const giveToStates = (as: ClientSettings, roleArn: string) =>
  new SFNClient(as).send(
    new CreateStateMachineCommand({
      ...{ name: 'attempt', roleArn },
      definition: '{"StartAt":"a","States":{"a":{"Type":"Succeed"}}}',
    }),
  );

const passToLambda =
  (role: 'baseRole' | 'serverRole' | 'schedulerRole'): Attempt['make'] =>
  (as, things) =>
    giveToLambda(as, things[role]);

const tagGroup =
  (group: string, tags: readonly { readonly Key: string; readonly Value: string }[]): Attempt['make'] =>
  (as) =>
    new AutoScalingClient(as).send(
      new CreateOrUpdateTagsCommand({
        Tags: tags.map((one) => ({
          ...{ ...one, ResourceId: group, ResourceType: 'auto-scaling-group', PropagateAtLaunch: false },
        })),
      }),
    );

const tagParameter =
  (ResourceId: string, own: Tag): Attempt['make'] =>
  (as) =>
    new SSMClient(as).send(
      new AddTagsToResourceCommand({
        ResourceType: 'Parameter',
        ResourceId,
        Tags: [{ Key: own.Key, Value: own.Value }],
      }),
    );

const ofGroup = { AutoScalingGroupName: OTHERS_GROUP };

/** Whatever a statement lets a role do with groups, it may do nothing with one that has no tag. */
const ofPeoplesGroup = (statement: string): Attempt => ({
  statement,
  tries: 'changes a group without the tag',
  make: (as) =>
    statement === 'startRefreshes'
      ? new AutoScalingClient(as).send(
          new StartInstanceRefreshCommand({ AutoScalingGroupName: PEOPLES_GROUP }),
        )
      : new AutoScalingClient(as).send(
          new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: PEOPLES_GROUP, MinSize: 0 }),
        ),
});

export const ATTEMPTS: readonly Attempt[] = [
  ofPartition('recordStages', 'writes a record', update),
  ofPartition('holdLocks', 'reads an item', get),
  ofPartition('readRecord', 'reads a record', get),
  ofPartition('readRecords', 'queries', query),
  ofPartition('holdPipelines', 'puts an item', put),
  ofPartition('planBuild', 'puts an item', put),
  ofPartition('requestBuilds', 'deletes an item', remove),
  ofPartition('takeLocks', 'puts an item', put),
  ofPartition('actOnBuilds', 'deletes an item', remove),
  ofPartition('endBuilds', 'deletes an item', remove),
  ofPartition('rememberNight', 'puts an item', put),
  ofPartition('knowImages', 'puts an item', put),
  ofPartition('noticeGoneImages', 'deletes an item', remove),
  ofPartition('findMakers', 'reads an item', get),
  ofPartition('leaseGroups', 'puts an item', put),
  ofPartition('holdGroups', 'writes an item', update),
  ofPartition('parkWaits', 'puts an item', put),
  ofPartition('settleWaits', 'deletes an item', remove),
  ofPartition('watchBuilds', 'queries', query),
  ofPartition('renewLeases', 'writes an item', update),
  ofPartition('readOtherRecords', 'queries', query),
  ofPartition('readPipelines', 'queries', query),
  ofPartition('readPlans', 'reads a plan', get),
  ofPartition('pushPipelines', 'deletes an item', remove),
  ofPartition('readPushed', 'queries', query),
  ...['startRefreshes', 'undoRollouts', 'undoRolloutsAndHolds', 'updateGroups'].map(ofPeoplesGroup),
  {
    statement: 'claimGroups',
    tries: 'claims a group without the tag',
    make: tagGroup(PEOPLES_GROUP, [OWN]),
  },
  {
    statement: 'passSchedulerRole',
    tries: 'passes the role of schedules to Lambda',
    make: passToLambda('schedulerRole'),
  },
  { statement: 'keepTargets', tries: 'sends events to another function', make: send('other') },
  {
    statement: 'keepTargets',
    tries: 'sends events to its own function and to another one',
    make: send('kiln-prod-requestBuild', 'other'),
  },

  {
    statement: 'emitEvents',
    tries: 'puts an event of another source',
    make: (as) =>
      new EventBridgeClient(as).send(
        new PutEventsCommand({
          Entries: [{ Source: 'com.example.bank', DetailType: 'Paid', Detail: '{}' }],
        }),
      ),
  },
  {
    statement: 'encryptForPeople',
    tries: 'uses the key of the topic itself',
    make: (as, { topicKey }) =>
      new KMSClient(as).send(new GenerateDataKeyCommand({ KeyId: topicKey, KeySpec: 'AES_256' })),
  },
  {
    statement: 'useVolumeKeys',
    tries: 'uses a key of the account itself',
    make: (as, { key }) => new KMSClient(as).send(new DescribeKeyCommand({ KeyId: key })),
  },

  {
    statement: 'grantVolumeKeys',
    tries: 'grants the use of a key itself',
    make: (as, { key, baseRole }) =>
      new KMSClient(as).send(
        new CreateGrantCommand({ KeyId: key, GranteePrincipal: baseRole, Operations: ['Decrypt'] }),
      ),
  },

  {
    statement: 'neverDecrypt',
    tries: 'reads the value of a secret, whose key would let it',
    make: (as) =>
      new SSMClient(as).send(new GetParameterCommand({ Name: SECRET_PARAMETER, WithDecryption: true })),
  },

  ...['nameImages', 'restoreNames'].map((statement) => ({
    statement,
    tries: 'names an image in the parameter of another deployment',
    make: (as: ClientSettings, { image: Value }: Things) =>
      new SSMClient(as).send(
        new PutParameterCommand({ Name: OTHERS_PARAMETER, Value, Type: 'String', Overwrite: true }),
      ),
  })),
  {
    statement: 'claimParameters',
    tries: 'claims a parameter of another deployment',
    make: tagParameter(OTHERS_PARAMETER, OWN),
  },
  {
    statement: 'claimParameters',
    tries: 'claims a parameter for another deployment',
    make: tagParameter(FREE_PARAMETER, OTHERS),
  },
  {
    statement: 'retireParameters',
    tries: 'reads a parameter that is not its own',
    make: (as) => new SSMClient(as).send(new GetParameterCommand({ Name: PEOPLES_PARAMETER })),
  },

  {
    statement: 'runInstances',
    tries: 'launches an instance for another deployment',
    make: launch([OTHERS, BUILD]),
  },
  { statement: 'runInstances', tries: 'launches an instance for no build', make: launch([OWN]) },
  {
    statement: 'runInstancesIn',
    tries: 'launches an instance in another subnet',
    make: (as, things) => launch([OWN, BUILD], { SubnetId: things.otherSubnet })(as, things),
  },
  { statement: 'tagInstances', tries: 'tags an instance that exists', make: tag('instance') },
  { statement: 'passBaseRole', tries: 'passes its role to Lambda', make: passToLambda('baseRole') },
  {
    statement: 'terminateInstances',
    tries: 'terminates an instance that is not its own',
    make: (as, { instance }) =>
      new EC2Client(as).send(new TerminateInstancesCommand({ InstanceIds: [instance] })),
  },
  {
    statement: 'readConsoles',
    tries: 'reads the console of an instance that is not its own',
    make: (as, { instance }) => new EC2Client(as).send(new GetConsoleOutputCommand({ InstanceId: instance })),
  },
  {
    statement: 'sendCommandsTo',
    tries: 'sends a command to an instance that is not its own',
    make: (as, { instance }) =>
      new SSMClient(as).send(
        new SendCommandCommand({
          ...{ DocumentName: 'AWS-RunShellScript', InstanceIds: [instance] },
          Parameters: { commands: ['true'] },
        }),
      ),
  },
  {
    statement: 'listOutputs',
    tries: 'lists what is no output of a command',
    make: (as, { artifacts }) =>
      new S3Client(as).send(new ListObjectsV2Command({ Bucket: artifacts, Prefix: 'boms/' })),
  },

  {
    statement: 'createImagesOf',
    tries: 'makes an image of an instance that is not its own',
    make: image([OWN, BUILD]),
  },
  { statement: 'createImages', tries: 'makes an image for another deployment', make: image([OTHERS, BUILD]) },
  { statement: 'createImages', tries: 'makes an image for no build', make: image([OWN]) },
  { statement: 'tagImages', tries: 'tags an image that exists', make: tag('peopleImage') },
  { statement: 'tagCopies', tries: 'tags an image that exists', make: tag('peopleImage') },
  {
    statement: 'copyImagesOf',
    tries: 'copies an image that is not of the account',
    make: copy([OWN, BUILD], 'image'),
  },
  { statement: 'copyImages', tries: 'copies an image for another deployment', make: copy([OTHERS, BUILD]) },
  { statement: 'copyImages', tries: 'copies an image for no build', make: copy([OWN]) },
  {
    statement: 'deprecateImages',
    tries: 'deprecates an image that is not its own',
    make: (as, { peopleImage }) =>
      new EC2Client(as).send(
        new EnableImageDeprecationCommand({ ImageId: peopleImage, DeprecateAt: new Date('2030-01-01') }),
      ),
  },
  {
    statement: 'shareImages',
    tries: 'shares an image that is not its own',
    make: (as, { peopleImage }) =>
      new EC2Client(as).send(
        new ModifyImageAttributeCommand({
          ImageId: peopleImage,
          LaunchPermission: { Add: [{ UserId: '123456789012' }] },
        }),
      ),
  },
  {
    statement: 'readShares',
    tries: 'asks with whom an image is shared that is not its own',
    make: (as, { peopleImage }) =>
      new EC2Client(as).send(
        new DescribeImageAttributeCommand({ ImageId: peopleImage, Attribute: 'launchPermission' }),
      ),
  },
  {
    statement: 'discardImages',
    tries: 'removes an image that is not its own',
    make: (as, { peopleImage }) =>
      new EC2Client(as).send(new DeregisterImageCommand({ ImageId: peopleImage })),
  },
  {
    statement: 'letImagesLook',
    tries: 'looks through parameters itself',
    make: (as) => new SSMClient(as).send(new DescribeParametersCommand({})),
  },
  {
    statement: 'letImagesLookBeside',
    tries: 'looks through parameters itself',
    make: (as) => new SSMClient(as).send(new DescribeParametersCommand({})),
  },

  {
    statement: 'createVersions',
    tries: 'writes a version of a launch template without the tag',
    make: (as, { peopleTemplate }) =>
      new EC2Client(as).send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateId: peopleTemplate,
          LaunchTemplateData: { InstanceType: 't3.micro' },
        }),
      ),
  },
  {
    statement: 'retireVersions',
    tries: 'moves the default of a launch template without the tag',
    make: (as, { peopleTemplate }) =>
      new EC2Client(as).send(
        new ModifyLaunchTemplateCommand({ LaunchTemplateId: peopleTemplate, DefaultVersion: '1' }),
      ),
  },
  {
    statement: 'startRefreshes',
    tries: 'refreshes a group of another deployment',
    make: (as) => new AutoScalingClient(as).send(new StartInstanceRefreshCommand(ofGroup)),
  },
  {
    statement: 'claimGroups',
    tries: 'claims a group of another deployment',
    make: tagGroup(OTHERS_GROUP, [OWN]),
  },
  {
    statement: 'claimGroups',
    tries: 'claims a group for another deployment',
    make: tagGroup(FREE_GROUP, [OTHERS]),
  },
  {
    statement: 'claimGroups',
    tries: 'writes another tag of a group',
    make: tagGroup(FREE_GROUP, [OWN, { Key: 'Name', Value: 'mine' }]),
  },
  {
    statement: 'undoRollouts',
    tries: 'rolls back a refresh of another deployment',
    make: (as) => new AutoScalingClient(as).send(new RollbackInstanceRefreshCommand(ofGroup)),
  },
  {
    statement: 'undoRollouts',
    tries: 'cancels a refresh of another deployment',
    make: (as) => new AutoScalingClient(as).send(new CancelInstanceRefreshCommand(ofGroup)),
  },
  {
    statement: 'undoRolloutsAndHolds',
    tries: 'rolls back a refresh of another deployment',
    make: (as) => new AutoScalingClient(as).send(new RollbackInstanceRefreshCommand(ofGroup)),
  },
  {
    statement: 'undoRolloutsAndHolds',
    tries: 'cancels a refresh of another deployment',
    make: (as) => new AutoScalingClient(as).send(new CancelInstanceRefreshCommand(ofGroup)),
  },
  {
    statement: 'updateGroups',
    tries: 'changes a group of another deployment',
    make: (as) =>
      new AutoScalingClient(as).send(new UpdateAutoScalingGroupCommand({ ...ofGroup, MinSize: 0 })),
  },
  {
    statement: 'runTemplates',
    tries: 'launches from a launch template without the tag',
    make: (as, { peopleTemplate }) =>
      new EC2Client(as).send(
        new RunInstancesCommand({
          ...{ MinCount: 1, MaxCount: 1, LaunchTemplate: { LaunchTemplateId: peopleTemplate } },
        }),
      ),
  },
  {
    statement: 'runTemplatesWith',
    tries: 'launches without a launch template',
    make: (as, { image: ImageId, subnet: SubnetId }) =>
      new EC2Client(as).send(
        new RunInstancesCommand({ ImageId, SubnetId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }),
      ),
  },
  { statement: 'tagServers', tries: 'tags a server that exists', make: tag('instance') },
  {
    statement: 'passFleetRoles',
    tries: 'passes the role of servers to Lambda',
    make: passToLambda('serverRole'),
  },
];

/** What a statement that denies leaves to the policies of others, and nothing else allows: it must not be refused. */
export const LEFT: readonly Attempt[] = [
  {
    statement: 'neverDecrypt',
    tries: 'decrypts, with a key that lets everybody, what is no secret of a pipeline',
    make: (as, { openKey: KeyId, secret: CiphertextBlob }) =>
      new KMSClient(as).send(new DecryptCommand({ KeyId, CiphertextBlob })),
  },
];
