import {
  type LoggingConfiguration,
  LoggingConfiguration$,
  type TracingConfiguration,
  TracingConfiguration$,
} from '@aws-sdk/client-sfn';
import { z } from 'zod';
import { oneOf, shape, tagMap, tags, text } from '../cloudformation/resources/properties';
import { type ResourceContext, type ResourceType, resource } from '../cloudformation/resources/resource';

const machineProperties = z.strictObject({
  Definition: z.record(z.string(), z.unknown()).optional(),
  DefinitionS3Location: z.strictObject({ Bucket: text, Key: text, Version: text.optional() }).optional(),
  DefinitionString: text.optional(),
  DefinitionSubstitutions: tagMap.optional(),
  LoggingConfiguration: shape<LoggingConfiguration>(LoggingConfiguration$).optional(),
  RoleArn: text,
  StateMachineName: text.optional(),
  StateMachineType: oneOf<'STANDARD' | 'EXPRESS'>().optional(),
  Tags: tags.optional(),
  TracingConfiguration: shape<TracingConfiguration>(TracingConfiguration$).optional(),
});

/** The definition with its `${name}` replaced. */
async function readDefinition(
  properties: z.output<typeof machineProperties>,
  { aws }: ResourceContext,
): Promise<string> {
  let definition = properties.DefinitionString ?? JSON.stringify(properties.Definition);
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
  return substitutions.reduce((text, [name, value]) => text.replaceAll(`\${${name}}`, value), definition);
}

const stateMachine = resource({
  properties: machineProperties,
  attributes: ['Arn', 'Name', 'StateMachineRevisionId'],
  replaceOn: ['StateMachineName', 'StateMachineType'],
  name: 'StateMachineName',
  async create(properties, context) {
    const name = properties.StateMachineName ?? context.physicalName({ max: 80 });
    const { stateMachineArn: id = '' } = await context.aws.states.CreateStateMachine({
      name,
      definition: await readDefinition(properties, context),
      roleArn: properties.RoleArn,
      type: properties.StateMachineType,
      loggingConfiguration: properties.LoggingConfiguration,
      tracingConfiguration: properties.TracingConfiguration,
      tags: context.tags.map(({ Key, Value }) => ({ key: Key, value: Value })),
    });
    return { id, attributes: { Arn: id, Name: name, StateMachineRevisionId: 'INITIAL' } };
  },
  async update(id, next, _previous, context) {
    const { revisionId } = await context.aws.states.UpdateStateMachine({
      stateMachineArn: id,
      definition: await readDefinition(next, context),
      roleArn: next.RoleArn,
      loggingConfiguration: next.LoggingConfiguration,
      tracingConfiguration: next.TracingConfiguration,
    });
    return { attributes: { StateMachineRevisionId: revisionId } };
  },
  delete: (id, _properties, { aws }) => aws.states.DeleteStateMachine({ stateMachineArn: id }),
});

/** AWS::StepFunctions. */
export const statesTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::StepFunctions::StateMachine': stateMachine,
};
