import {
  type CreateStateMachineCommandInput,
  CreateStateMachineInput$,
  type UpdateStateMachineCommandInput,
  UpdateStateMachineInput$,
} from '@aws-sdk/client-sfn';
import {
  type PropertiesOf,
  type ResourceContext,
  resource,
  type TagChange,
} from '../cloudformation/resources/resource';
import { toShape } from '../cloudformation/resources/schema/to-shape';
import { documentText } from '../cloudformation/resources/values';

type Machine = PropertiesOf<'AWS::StepFunctions::StateMachine'>;

/** The definition with its `${name}` replaced. */
async function readDefinition(properties: Machine, { aws }: ResourceContext): Promise<string> {
  let definition = properties.DefinitionString ?? documentText(properties.Definition ?? {});
  const place = properties.DefinitionS3Location;
  if (place) {
    const { Body } = await aws.s3.GetObject({
      Bucket: place.Bucket,
      Key: place.Key,
      VersionId: place.Version,
    });
    definition = await new Response(Body as never).text();
  }
  const substitutions = Object.entries(properties.DefinitionSubstitutions ?? {});
  return substitutions.reduce(
    (text, [name, value]) => text.replaceAll(`\${${name}}`, String(value)),
    definition,
  );
}

async function retag(id: string, change: TagChange, { aws }: ResourceContext): Promise<void> {
  const tags = lower(change.set);
  if (tags.length > 0) await aws.sfn.TagResource({ resourceArn: id, tags });
  if (change.removed.length > 0)
    await aws.sfn.UntagResource({ resourceArn: id, tagKeys: [...change.removed] });
}

/** Tags as Step Functions writes them. */
function lower(tags: readonly { readonly Key?: string; readonly Value?: string }[]) {
  return tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
}

const stateMachine = resource('AWS::StepFunctions::StateMachine', {
  handles: [
    'Definition',
    'DefinitionS3Location',
    'DefinitionString',
    'DefinitionSubstitutions',
    'LoggingConfiguration',
    'RoleArn',
    'StateMachineName',
    'StateMachineType',
    'Tags',
    'TracingConfiguration',
  ],
  name: 'StateMachineName',
  async create(properties, context) {
    const name = properties.StateMachineName ?? context.physicalName({ max: 80 });
    const { stateMachineArn: id = '' } = await context.aws.sfn.CreateStateMachine(
      toShape<CreateStateMachineCommandInput>(CreateStateMachineInput$, {
        name,
        definition: await readDefinition(properties, context),
        roleArn: properties.RoleArn,
        type: properties.StateMachineType,
        loggingConfiguration: properties.LoggingConfiguration,
        tracingConfiguration: properties.TracingConfiguration,
        tags: context.tags,
      }),
    );
    return { id, attributes: { Arn: id, Name: name, StateMachineRevisionId: 'INITIAL' } };
  },
  async update(id, next, _previous, context) {
    const { revisionId } = await context.aws.sfn.UpdateStateMachine(
      toShape<UpdateStateMachineCommandInput>(UpdateStateMachineInput$, {
        stateMachineArn: id,
        definition: await readDefinition(next, context),
        roleArn: next.RoleArn,
        loggingConfiguration: next.LoggingConfiguration,
        tracingConfiguration: next.TracingConfiguration,
      }),
    );
    return { attributes: { StateMachineRevisionId: revisionId } };
  },
  delete: (id, _properties, { aws }) => aws.sfn.DeleteStateMachine({ stateMachineArn: id }),
  retag,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-activity.html */
const activity = resource('AWS::StepFunctions::Activity', {
  handles: ['Name', 'Tags'],
  name: 'Name',
  async create(properties, { aws, physicalName, tags }) {
    const name = properties.Name ?? physicalName({ max: 80 });
    const { activityArn: id = '' } = await aws.sfn.CreateActivity({ name, tags: lower(tags) });
    return { id, attributes: { Arn: id, Name: name } };
  },
  delete: (id, _properties, { aws }) => aws.sfn.DeleteActivity({ activityArn: id }),
  retag,
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachineversion.html */
const version = resource('AWS::StepFunctions::StateMachineVersion', {
  handles: ['Description', 'StateMachineArn', 'StateMachineRevisionId'],
  async create(properties, { aws }) {
    const { stateMachineVersionArn: id = '' } = await aws.sfn.PublishStateMachineVersion({
      stateMachineArn: properties.StateMachineArn,
      revisionId: properties.StateMachineRevisionId,
      description: properties.Description,
    });
    return { id, attributes: { Arn: id } };
  },
  delete: (id, _properties, { aws }) => aws.sfn.DeleteStateMachineVersion({ stateMachineVersionArn: id }),
});

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachinealias.html */
const alias = resource('AWS::StepFunctions::StateMachineAlias', {
  handles: ['Description', 'Name', 'RoutingConfiguration'],
  name: 'Name',
  async create(properties, { aws, physicalName }) {
    const { stateMachineAliasArn: id = '' } = await aws.sfn.CreateStateMachineAlias({
      name: properties.Name ?? physicalName({ max: 80 }),
      description: properties.Description,
      routingConfiguration: routesOf(properties),
    });
    return { id, attributes: { Arn: id } };
  },
  async update(id, next, _previous, { aws }) {
    await aws.sfn.UpdateStateMachineAlias({
      stateMachineAliasArn: id,
      description: next.Description,
      routingConfiguration: routesOf(next),
    });
    return undefined;
  },
  delete: (id, _properties, { aws }) => aws.sfn.DeleteStateMachineAlias({ stateMachineAliasArn: id }),
});

function routesOf({ RoutingConfiguration = [] }: PropertiesOf<'AWS::StepFunctions::StateMachineAlias'>) {
  return RoutingConfiguration.map(({ StateMachineVersionArn, Weight }) => ({
    stateMachineVersionArn: StateMachineVersionArn,
    weight: Weight,
  }));
}

/** AWS::StepFunctions. */
export const statesTypes = [stateMachine, activity, version, alias];
