import {
  type Architecture,
  type DeadLetterConfig,
  DeadLetterConfig$,
  type DestinationConfig,
  DestinationConfig$,
  type EphemeralStorage,
  EphemeralStorage$,
  type FunctionUrlAuthType,
  type LoggingConfig,
  LoggingConfig$,
  type PackageType,
  type Runtime,
  type TracingConfig,
  TracingConfig$,
  type VpcConfig,
  VpcConfig$,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { z } from 'zod';
import { number, oneOf, shape, tagMap, tags, text } from '../cloudformation/resources/properties';
import { type ResourceContext, type ResourceType, resource } from '../cloudformation/resources/resource';

const code = z.strictObject({
  ImageUri: text.optional(),
  S3Bucket: text.optional(),
  S3Key: text.optional(),
  S3ObjectVersion: text.optional(),
  ZipFile: text.optional(),
});

const functionProperties = z.strictObject({
  Architectures: z.array(oneOf<Architecture>()).optional(),
  Code: code,
  DeadLetterConfig: shape<DeadLetterConfig>(DeadLetterConfig$).optional(),
  Description: text.optional(),
  Environment: z.strictObject({ Variables: tagMap.optional() }).optional(),
  EphemeralStorage: shape<EphemeralStorage>(EphemeralStorage$).optional(),
  FunctionName: text.optional(),
  Handler: text.optional(),
  KmsKeyArn: text.optional(),
  Layers: z.array(text).optional(),
  LoggingConfig: shape<LoggingConfig>(LoggingConfig$).optional(),
  MemorySize: number.optional(),
  PackageType: oneOf<PackageType>().optional(),
  ReservedConcurrentExecutions: number.optional(),
  Role: text,
  Runtime: oneOf<Runtime>().optional(),
  Tags: tags.optional(),
  Timeout: number.optional(),
  TracingConfig: shape<TracingConfig>(TracingConfig$).optional(),
  VpcConfig: shape<VpcConfig>(VpcConfig$).optional(),
});
type FunctionProperties = z.output<typeof functionProperties>;

/** Inline code is the file `index` of the function's package. */
function packageCode({ ZipFile, ...place }: FunctionProperties['Code'], runtime: string | undefined) {
  if (ZipFile === undefined) return place;
  const file = runtime?.startsWith('python') ? 'index.py' : 'index.js';
  return { ZipFile: zipSync({ [file]: Buffer.from(ZipFile) }) };
}

function configuration(properties: FunctionProperties) {
  const {
    Architectures,
    Code,
    FunctionName,
    PackageType,
    ReservedConcurrentExecutions,
    Tags,
    KmsKeyArn,
    ...rest
  } = properties;
  return { ...rest, ...(KmsKeyArn !== undefined && { KMSKeyArn: KmsKeyArn }) };
}

/** Waits until Lambda has done what was asked of it. */
async function awaitFunction(id: string, context: ResourceContext) {
  return context.until(async () => {
    const { Configuration } = await context.aws.lambda.GetFunction({ FunctionName: id });
    if (Configuration?.State === 'Failed' || Configuration?.LastUpdateStatus === 'Failed')
      throw new Error(
        `Function ${id} failed: ${Configuration.StateReason ?? Configuration.LastUpdateStatusReason}`,
      );
    const ready = Configuration?.State === 'Active' && Configuration.LastUpdateStatus !== 'InProgress';
    return ready ? Configuration : undefined;
  });
}

const lambdaFunction = resource({
  properties: functionProperties,
  attributes: ['Arn', 'SnapStartResponse.*'],
  replaceOn: ['FunctionName', 'PackageType'],
  name: 'FunctionName',
  async create(properties, context) {
    const { aws } = context;
    const id = properties.FunctionName ?? context.physicalName({ max: 64 });
    await aws.lambda.CreateFunction({
      ...configuration(properties),
      FunctionName: id,
      Architectures: properties.Architectures,
      PackageType: properties.PackageType,
      Code: packageCode(properties.Code, properties.Runtime),
      Tags: Object.fromEntries(context.tags.map(({ Key, Value }) => [Key, Value])),
    });
    context.made(id);
    if (properties.ReservedConcurrentExecutions !== undefined) {
      await aws.lambda.PutFunctionConcurrency({
        FunctionName: id,
        ReservedConcurrentExecutions: properties.ReservedConcurrentExecutions,
      });
    }
    const ready = await awaitFunction(id, context);
    return { id, attributes: { Arn: ready.FunctionArn } };
  },
  async update(id, next, previous, context) {
    const { aws } = context;
    const { Architectures } = next;
    const sameCode =
      JSON.stringify([next.Code, Architectures]) === JSON.stringify([previous.Code, previous.Architectures]);
    if (!sameCode) {
      await aws.lambda.UpdateFunctionCode({
        FunctionName: id,
        Architectures,
        ...packageCode(next.Code, next.Runtime),
      });
      await awaitFunction(id, context);
    }
    if (JSON.stringify(configuration(next)) !== JSON.stringify(configuration(previous))) {
      await aws.lambda.UpdateFunctionConfiguration({ ...configuration(next), FunctionName: id });
      await awaitFunction(id, context);
    }
    const reserved = next.ReservedConcurrentExecutions;
    if (reserved !== previous.ReservedConcurrentExecutions) {
      if (reserved === undefined) await aws.lambda.DeleteFunctionConcurrency({ FunctionName: id });
      else
        await aws.lambda.PutFunctionConcurrency({ FunctionName: id, ReservedConcurrentExecutions: reserved });
    }
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.lambda.DeleteFunction({ FunctionName: id }),
  async retag(id, change, { aws, region, accountId }) {
    const Resource = `arn:aws:lambda:${region}:${accountId}:function:${id}`;
    if (change.set.length > 0)
      await aws.lambda.TagResource({
        Resource,
        Tags: Object.fromEntries(change.set.map(({ Key, Value }) => [Key, Value])),
      });
    if (change.removed.length > 0) await aws.lambda.UntagResource({ Resource, TagKeys: [...change.removed] });
  },
});

const permission = resource({
  properties: z.strictObject({
    Action: text,
    EventSourceToken: text.optional(),
    FunctionName: text,
    FunctionUrlAuthType: oneOf<FunctionUrlAuthType>().optional(),
    Principal: text,
    PrincipalOrgID: text.optional(),
    SourceAccount: text.optional(),
    SourceArn: text.optional(),
  }),
  attributes: ['Id'],
  async create(properties, context) {
    const id = context.physicalName({ max: 100 });
    await context.aws.lambda.AddPermission({ ...properties, StatementId: id });
    return { id, attributes: { Id: id } };
  },
  delete: (id, { FunctionName }, { aws }) => aws.lambda.RemovePermission({ FunctionName, StatementId: id }),
});

const version = resource({
  properties: z.strictObject({
    CodeSha256: text.optional(),
    Description: text.optional(),
    FunctionName: text,
  }),
  attributes: ['FunctionArn', 'Version'],
  async create(properties, { aws }) {
    const { FunctionArn: id = '', Version } = await aws.lambda.PublishVersion(properties);
    return { id, attributes: { FunctionArn: id, Version } };
  },
  delete: (_id, { FunctionName }, { aws }) => {
    const Qualifier = _id.slice(_id.lastIndexOf(':') + 1);
    return aws.lambda.DeleteFunction({ FunctionName, Qualifier });
  },
});

const alias = resource({
  properties: z.strictObject({
    Description: text.optional(),
    FunctionName: text,
    FunctionVersion: text,
    Name: text,
  }),
  attributes: ['AliasArn'],
  replaceOn: ['FunctionName', 'Name'],
  async create(properties, { aws }) {
    const { AliasArn: id = '' } = await aws.lambda.CreateAlias(properties);
    return { id, attributes: { AliasArn: id } };
  },
  async update(_id, next, _previous, { aws }) {
    await aws.lambda.UpdateAlias(next);
    return undefined;
  },
  delete: (_id, { FunctionName, Name }, { aws }) => aws.lambda.DeleteAlias({ FunctionName, Name }),
});

const eventInvokeConfig = resource({
  properties: z.strictObject({
    DestinationConfig: shape<DestinationConfig>(DestinationConfig$).optional(),
    FunctionName: text,
    MaximumEventAgeInSeconds: number.optional(),
    MaximumRetryAttempts: number.optional(),
    Qualifier: text,
  }),
  replaceOn: ['FunctionName', 'Qualifier'],
  async create(properties, { aws }) {
    await aws.lambda.PutFunctionEventInvokeConfig(properties);
    return { id: `${properties.FunctionName}|${properties.Qualifier}` };
  },
  async update(_id, next, _previous, { aws }) {
    await aws.lambda.PutFunctionEventInvokeConfig(next);
    return undefined;
  },
  delete: (_id, { FunctionName, Qualifier }, { aws }) =>
    aws.lambda.DeleteFunctionEventInvokeConfig({ FunctionName, Qualifier }),
});

/** AWS::Lambda. */
export const lambdaTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Permission': permission,
  'AWS::Lambda::Version': version,
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::EventInvokeConfig': eventInvokeConfig,
};
