import {
  type CreateStateMachineCommandInput,
  CreateStateMachineInput$,
  type UpdateStateMachineCommandInput,
  UpdateStateMachineInput$,
} from '@aws-sdk/client-sfn';
import { type PropertiesOf, type ResourceContext, resource } from '../cloudformation/resources/resource';
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
  async retag(id, change, { aws }) {
    const tags = change.set.map(({ Key, Value }) => ({ key: Key, value: Value }));
    if (tags.length > 0) await aws.sfn.TagResource({ resourceArn: id, tags });
    if (change.removed.length > 0)
      await aws.sfn.UntagResource({ resourceArn: id, tagKeys: [...change.removed] });
  },
});

/** AWS::StepFunctions. */
export const statesTypes = [stateMachine];
