import type { Capability } from '@aws-sdk/client-cloudformation';
import { AwsError } from '../../../core/aws-error';
import type { OperationsOf } from '../../../core/service';
import type { Engine } from '../engine/engine';
import { requiredCapabilities } from '../template/capabilities';
import { readTemplate } from '../template/check';
import type { ParameterDeclaration, Template } from '../template/template';
import { validateTemplate } from '../template/validate';
import { type ReadObject, readBody } from './read-definition';

/** What is said of templates. */
export function templateOperations(engine: Engine, readObject: ReadObject) {
  const { stacks } = engine;
  return {
    GetTemplate(input) {
      const stages = ['Original', 'Processed'] as const;
      if (input.ChangeSetName !== undefined) {
        const changeSet = [...stacks.changeSets.values()].find(
          ({ id, name }) => id === input.ChangeSetName || name === input.ChangeSetName,
        );
        if (!changeSet)
          throw new AwsError('ChangeSetNotFound', `ChangeSet [${input.ChangeSetName}] does not exist`, 404);
        return { TemplateBody: changeSet.blueprint.body, StagesAvailable: [...stages] };
      }
      const stack = stacks.get(input.StackName);
      return { TemplateBody: stack.blueprint?.body, StagesAvailable: [...stages] };
    },

    async ValidateTemplate(input) {
      const template = readTemplate(await readBody(input, readObject));
      validateTemplate(template, engine.types);
      const { capabilities, types } = requiredCapabilities(template);
      return {
        Parameters: Object.entries(template.Parameters).map(([key, declaration]) => ({
          ParameterKey: key,
          DefaultValue: defaultText(declaration),
          NoEcho: String(declaration.NoEcho) === 'true',
          Description: declaration.Description,
        })),
        Description: template.Description,
        ...(capabilities.length > 0 && {
          Capabilities: capabilities as Capability[],
          CapabilitiesReason: explainCapabilities(types),
        }),
      };
    },

    async GetTemplateSummary(input) {
      const template =
        input.StackName === undefined
          ? readTemplate(await readBody(input, readObject))
          : (stacks.get(input.StackName).blueprint?.template ?? readTemplate(''));
      return summarizeTemplate(template);
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudformation')>;
}

function summarizeTemplate(template: Template) {
  const { capabilities, types } = requiredCapabilities(template);
  const resourceTypes = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))];
  return {
    Parameters: Object.entries(template.Parameters).map(([key, declaration]) => ({
      ParameterKey: key,
      DefaultValue: defaultText(declaration),
      ParameterType: declaration.Type,
      NoEcho: String(declaration.NoEcho) === 'true',
      Description: declaration.Description,
      ParameterConstraints: { AllowedValues: (declaration.AllowedValues ?? []).map(String) },
    })),
    Description: template.Description,
    ...(capabilities.length > 0 && {
      Capabilities: capabilities as Capability[],
      CapabilitiesReason: explainCapabilities(types),
    }),
    ResourceTypes: resourceTypes,
    Version: '2010-09-09',
    ...(template.Metadata && { Metadata: JSON.stringify(template.Metadata) }),
  };
}

function explainCapabilities(types: readonly string[]): string {
  return `The following resource(s) require capabilities: [${types.join(', ')}]`;
}

function defaultText({ Default }: ParameterDeclaration): string | undefined {
  return Default === undefined ? undefined : String(Default);
}
