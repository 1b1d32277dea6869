import type { ManagedPolicy } from './records';
import { TagSet } from './tags';

interface Known {
  readonly name: string;
  readonly path?: string;
  readonly description: string;
  readonly statements: readonly object[];
}

const allow = (actions: readonly string[], resource: string | readonly string[] = '*') => ({
  Effect: 'Allow',
  Action: actions,
  Resource: resource,
});

const writeLogs = allow(['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']);
const vpcInterfaces = allow([
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
]);
const sessions = allow([
  'ssmmessages:CreateControlChannel',
  'ssmmessages:CreateDataChannel',
  'ssmmessages:OpenControlChannel',
  'ssmmessages:OpenDataChannel',
  'ec2messages:AcknowledgeMessage',
  'ec2messages:DeleteMessage',
  'ec2messages:FailMessage',
  'ec2messages:GetEndpoint',
  'ec2messages:GetMessages',
  'ec2messages:SendReply',
]);
const manageInstances = allow([
  'ssm:DescribeAssociation',
  'ssm:GetDeployablePatchSnapshotForInstance',
  'ssm:GetDocument',
  'ssm:DescribeDocument',
  'ssm:GetManifest',
  'ssm:ListAssociations',
  'ssm:ListInstanceAssociations',
  'ssm:PutInventory',
  'ssm:PutComplianceItems',
  'ssm:PutConfigurePackageResult',
  'ssm:UpdateAssociationStatus',
  'ssm:UpdateInstanceAssociationStatus',
  'ssm:UpdateInstanceInformation',
]);

/** From the AWS Managed Policy Reference: those that workloads of this kind attach. */
const known: readonly Known[] = [
  {
    name: 'AdministratorAccess',
    description: 'Provides full access to AWS services and resources.',
    statements: [allow(['*'])],
  },
  {
    name: 'PowerUserAccess',
    description:
      'Provides full access to AWS services and resources, but does not allow management of Users and groups.',
    statements: [
      { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
      allow([
        'iam:CreateServiceLinkedRole',
        'iam:DeleteServiceLinkedRole',
        'iam:ListRoles',
        'account:ListRegions',
      ]),
    ],
  },
  {
    name: 'ReadOnlyAccess',
    description: 'Provides read-only access to AWS services and resources.',
    statements: [
      allow(['autoscaling:Describe*', 'ec2:Describe*', 's3:Get*', 's3:List*', 'ssm:Get*', 'ssm:Describe*']),
    ],
  },
  {
    name: 'AmazonSSMManagedInstanceCore',
    description: 'The policy for Amazon EC2 Role to enable AWS Systems Manager service core functionality.',
    statements: [
      { ...manageInstances, Action: [...manageInstances.Action, 'ssm:GetParameter', 'ssm:GetParameters'] },
      sessions,
    ],
  },
  {
    name: 'AmazonSSMManagedEC2InstanceDefaultPolicy',
    description: 'This policy enables AWS Systems Manager functionality on EC2 instances.',
    statements: [manageInstances, sessions],
  },
  {
    name: 'CloudWatchAgentServerPolicy',
    description: 'Permissions required to use AmazonCloudWatchAgent on servers',
    statements: [
      allow([
        'cloudwatch:PutMetricData',
        'ec2:DescribeVolumes',
        'ec2:DescribeTags',
        'logs:PutLogEvents',
        'logs:PutRetentionPolicy',
        'logs:DescribeLogStreams',
        'logs:DescribeLogGroups',
        'logs:CreateLogStream',
        'logs:CreateLogGroup',
      ]),
      allow(['ssm:GetParameter'], 'arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*'),
    ],
  },
  {
    name: 'AmazonS3ReadOnlyAccess',
    description: 'Provides read only access to all buckets via the AWS Management Console.',
    statements: [
      allow(['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*']),
    ],
  },
  {
    name: 'AmazonS3FullAccess',
    description: 'Provides full access to all buckets via the AWS Management Console.',
    statements: [allow(['s3:*', 's3-object-lambda:*'])],
  },
  {
    name: 'AmazonEC2FullAccess',
    description: 'Provides full access to Amazon EC2 via the AWS Management Console.',
    statements: [allow(['ec2:*', 'elasticloadbalancing:*', 'cloudwatch:*', 'autoscaling:*'])],
  },
  {
    name: 'AmazonEC2ReadOnlyAccess',
    description: 'Provides read only access to Amazon EC2 via the AWS Management Console.',
    statements: [allow(['ec2:Describe*', 'elasticloadbalancing:Describe*', 'autoscaling:Describe*'])],
  },
  {
    name: 'AmazonEC2ContainerRegistryReadOnly',
    description: 'Provides read-only access to Amazon EC2 Container Registry repositories.',
    statements: [
      allow([
        'ecr:GetAuthorizationToken',
        'ecr:BatchGetImage',
        'ecr:GetDownloadUrlForLayer',
        'ecr:List*',
        'ecr:Describe*',
      ]),
    ],
  },
  {
    name: 'AmazonDynamoDBFullAccess',
    description: 'Provides full access to Amazon DynamoDB via the AWS Management Console.',
    statements: [allow(['dynamodb:*'])],
  },
  {
    name: 'AmazonSNSFullAccess',
    description: 'Provides full access to Amazon SNS via the AWS Management Console.',
    statements: [allow(['sns:*'])],
  },
  {
    name: 'AWSXRayDaemonWriteAccess',
    description: "Allow the AWS X-Ray Daemon to relay raw trace segments data to the service's API",
    statements: [
      allow([
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:GetSamplingStatisticSummaries',
      ]),
    ],
  },
  {
    name: 'CloudWatchLambdaInsightsExecutionRolePolicy',
    description: 'Policy required for the Lambda Insights Extension',
    statements: [writeLogs],
  },
  {
    name: 'AWSLambdaBasicExecutionRole',
    path: '/service-role/',
    description: 'Provides write permissions to CloudWatch Logs.',
    statements: [writeLogs],
  },
  {
    name: 'AWSLambdaVPCAccessExecutionRole',
    path: '/service-role/',
    description:
      'Provides minimum permissions for a Lambda function to execute while accessing a resource within a VPC',
    statements: [writeLogs, vpcInterfaces],
  },
  {
    name: 'AWSLambdaRole',
    path: '/service-role/',
    description: 'Default policy for AWS Lambda service role.',
    statements: [allow(['lambda:InvokeFunction'])],
  },
  {
    name: 'AWSLambdaDynamoDBExecutionRole',
    path: '/service-role/',
    description:
      'Provides list and read access to DynamoDB streams and write permissions to CloudWatch Logs.',
    statements: [
      writeLogs,
      allow([
        'dynamodb:DescribeStream',
        'dynamodb:GetRecords',
        'dynamodb:GetShardIterator',
        'dynamodb:ListStreams',
      ]),
    ],
  },
  {
    name: 'AWSLambdaSQSQueueExecutionRole',
    path: '/service-role/',
    description:
      'Provides receive message, delete message, and read attribute access to SQS queues, and write permissions to CloudWatch logs.',
    statements: [writeLogs, allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'])],
  },
  {
    name: 'AmazonAPIGatewayPushToCloudWatchLogs',
    path: '/service-role/',
    description: "Allows API Gateway to push logs to user's account.",
    statements: [
      {
        ...writeLogs,
        Action: [
          ...writeLogs.Action,
          'logs:DescribeLogGroups',
          'logs:DescribeLogStreams',
          'logs:GetLogEvents',
          'logs:FilterLogEvents',
        ],
      },
    ],
  },
  {
    name: 'AmazonEC2RoleforSSM',
    path: '/service-role/',
    description: 'This policy will soon be deprecated. Please use AmazonSSMManagedInstanceCore policy.',
    statements: [manageInstances, sessions],
  },
  {
    name: 'AutoScalingNotificationAccessRole',
    path: '/service-role/',
    description: 'Default policy for the AutoScaling Notification Access service role.',
    statements: [allow(['sqs:SendMessage', 'sqs:GetQueueUrl', 'sns:Publish'])],
  },
];

const published = new Date('2015-02-06T18:40:00Z');

/** The managed policies that AWS gives every account, by their real names; what they allow is abridged for the broad ones. */
export const AWS_MANAGED_POLICIES: readonly ManagedPolicy[] = known.map((policy, i) => ({
  name: policy.name,
  id: `ANPAKILN${String(i).padStart(13, 'A')}`,
  arn: `arn:aws:iam::aws:policy${policy.path ?? '/'}${policy.name}`,
  path: policy.path ?? '/',
  created: published,
  updated: published,
  description: policy.description,
  tags: new TagSet(),
  versions: [
    {
      id: 'v1',
      document: JSON.stringify({ Version: '2012-10-17', Statement: policy.statements }),
      created: published,
    },
  ],
  defaultVersion: 'v1',
  nextVersion: 2,
}));
