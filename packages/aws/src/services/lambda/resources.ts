import {
  type AddPermissionCommandInput,
  AddPermissionRequest$,
  type Architecture,
  type CreateFunctionCommandInput,
  CreateFunctionRequest$,
  type UpdateFunctionConfigurationCommandInput,
  UpdateFunctionConfigurationRequest$,
} from '@aws-sdk/client-lambda';
import { zipSync } from 'fflate';
import { type PropertiesOf, type ResourceContext, resource } from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';
import { isEqual, tagMap } from '../cloudformation/resources/values';
import { cfnResponse } from './code/cfn-response';

type LambdaFunction = PropertiesOf<'AWS::Lambda::Function'>;

/** Inline code is the file `index` of the function's package, where it finds the module that answers for custom resources. */
function packageCode({ ZipFile, ...place }: LambdaFunction['Code'], runtime: string | undefined) {
  if (ZipFile === undefined) return place;
  if (runtime?.startsWith('python')) return { ZipFile: zipSync({ 'index.py': Buffer.from(ZipFile) }) };
  return {
    ZipFile: zipSync({
      'index.js': Buffer.from(ZipFile),
      'node_modules/cfn-response.js': Buffer.from(cfnResponse),
    }),
  };
}

/** What UpdateFunctionConfiguration takes, too. */
function configuration(properties: LambdaFunction) {
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

const lambdaFunction = resource('AWS::Lambda::Function', {
  handles: [
    'Architectures',
    'Code',
    'DeadLetterConfig',
    'Description',
    'Environment',
    'EphemeralStorage',
    'FunctionName',
    'Handler',
    'KmsKeyArn',
    'Layers',
    'LoggingConfig',
    'MemorySize',
    'PackageType',
    'ReservedConcurrentExecutions',
    'Role',
    'Runtime',
    'Tags',
    'Timeout',
    'TracingConfig',
    'VpcConfig',
  ],
  lacks: ['Code.S3ObjectStorageMode', 'Code.SourceKMSKeyArn'],
  name: 'FunctionName',
  async create(properties, context) {
    const { aws } = context;
    const id = properties.FunctionName ?? context.physicalName({ max: 64 });
    await aws.lambda.CreateFunction({
      ...toShape<CreateFunctionCommandInput>(CreateFunctionRequest$, {
        ...configuration(properties),
        FunctionName: id,
        Architectures: properties.Architectures,
        PackageType: properties.PackageType,
        Tags: tagMap(context.tags),
      }),
      Code: packageCode(properties.Code, properties.Runtime),
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
    const isSameCode =
      isEqual(next.Code, previous.Code) && isEqual(next.Architectures, previous.Architectures);
    if (!isSameCode) {
      await aws.lambda.UpdateFunctionCode({
        FunctionName: id,
        Architectures: next.Architectures as Architecture[] | undefined,
        ...packageCode(next.Code, next.Runtime),
      });
      await awaitFunction(id, context);
    }
    if (!isEqual(configuration(next), configuration(previous))) {
      await aws.lambda.UpdateFunctionConfiguration(
        toShape<UpdateFunctionConfigurationCommandInput>(UpdateFunctionConfigurationRequest$, {
          ...configuration(next),
          FunctionName: id,
        }),
      );
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
    if (change.set.length > 0) await aws.lambda.TagResource({ Resource, Tags: tagMap(change.set) });
    if (change.removed.length > 0) await aws.lambda.UntagResource({ Resource, TagKeys: [...change.removed] });
  },
});

const permission = resource('AWS::Lambda::Permission', {
  handles: [
    'Action',
    'EventSourceToken',
    'FunctionName',
    'FunctionUrlAuthType',
    'Principal',
    'PrincipalOrgID',
    'SourceAccount',
    'SourceArn',
  ],
  async create(properties, context) {
    const id = context.physicalName({ max: 100 });
    await context.aws.lambda.AddPermission(
      toShape<AddPermissionCommandInput>(AddPermissionRequest$, { ...properties, StatementId: id }),
    );
    return { id, attributes: { Id: id } };
  },
  delete: (id, { FunctionName }, { aws }) => aws.lambda.RemovePermission({ FunctionName, StatementId: id }),
});

const version = resource('AWS::Lambda::Version', {
  handles: ['CodeSha256', 'Description', 'FunctionName'],
  async create(properties, { aws }) {
    const { FunctionArn: id = '', Version } = await aws.lambda.PublishVersion(properties);
    return { id, attributes: { FunctionArn: id, Version } };
  },
  delete: (id, { FunctionName }, { aws }) =>
    aws.lambda.DeleteFunction({ FunctionName, Qualifier: id.slice(id.lastIndexOf(':') + 1) }),
});

const alias = resource('AWS::Lambda::Alias', {
  handles: ['Description', 'FunctionName', 'FunctionVersion', 'Name'],
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

const eventInvokeConfig = resource('AWS::Lambda::EventInvokeConfig', {
  handles: [
    'DestinationConfig',
    'FunctionName',
    'MaximumEventAgeInSeconds',
    'MaximumRetryAttempts',
    'Qualifier',
  ],
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
export const lambdaTypes = [lambdaFunction, permission, version, alias, eventInvokeConfig];
