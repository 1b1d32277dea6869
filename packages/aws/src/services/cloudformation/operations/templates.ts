import type { Capability } from '@aws-sdk/client-cloudformation';
import { validationError } from '../errors';
import { rightsOfCaller } from '../stacks/rights';
import type { Stack } from '../stacks/stack';
import type { Op } from '../state';
import { requiredCapabilities } from '../template/capabilities';
import { readTemplate } from '../template/check';
import { checkTypes } from '../template/check-types';
import type { ParameterDeclaration, Template } from '../template/template';
import { checkUpdatePolicies } from '../template/update-policies';
import { validateTemplate } from '../template/validate';
import { findChangeSet } from './change-sets';
import { readBody } from './read-template';

export const GetTemplate: Op<'GetTemplate'> = ({ stacks }, { StackName, ChangeSetName }) => {
  const StagesAvailable = ['Original' as const, 'Processed' as const];
  if (ChangeSetName === undefined) {
    if (StackName === undefined)
      throw validationError('StackName is required if ChangeSetName is not specified.');
    return { TemplateBody: stacks.get(StackName).definition?.body, StagesAvailable };
  }
  if (StackName === undefined && !ChangeSetName.startsWith('arn:'))
    throw validationError('StackName is a required parameter.');
  const changeSet = stacks.changeSets.get(ChangeSetName) ?? findChangeSet(stacks, ChangeSetName, StackName);
  return { TemplateBody: changeSet.definition.body, StagesAvailable };
};

export const ValidateTemplate: Op<'ValidateTemplate'> = async (cloudFormation, input, call) => {
  const aws = cloudFormation.clientsWith(rightsOfCaller(call));
  const template = readTemplate(await readBody(input, aws));
  const types = await cloudFormation.types();
  await checkTypes(template, types, cloudFormation.context.clock);
  validateTemplate(template, (name) => types.get(name)?.schema);
  checkUpdatePolicies(template, (name) => types.get(name)?.handler);
  return {
    Parameters: Object.entries(template.Parameters).map(([key, declaration]) => ({
      ParameterKey: key,
      DefaultValue: defaultText(declaration),
      NoEcho: String(declaration.NoEcho) === 'true',
      Description: declaration.Description,
    })),
    Description: template.Description,
    ...describeCapabilities(template),
  };
};

export const GetTemplateSummary: Op<'GetTemplateSummary'> = async (cloudFormation, input, call) => {
  const template =
    input.StackName === undefined
      ? readTemplate(await readBody(input, cloudFormation.clientsWith(rightsOfCaller(call))))
      : templateOf(cloudFormation.stacks.get(input.StackName));
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
    ...describeCapabilities(template),
    ResourceTypes: [...new Set(Object.values(template.Resources).map(({ Type }) => Type))],
    Version: '2010-09-09',
    ...(template.Metadata && { Metadata: JSON.stringify(template.Metadata) }),
  };
};

function templateOf({ definition, status }: Stack): Template {
  if (!definition) throw validationError(`GetTemplateSummary cannot be called on ${status} stacks.`);
  return definition.template;
}

function describeCapabilities(template: Template) {
  const { capabilities, types } = requiredCapabilities(template);
  return capabilities.length === 0
    ? {}
    : {
        Capabilities: capabilities as Capability[],
        CapabilitiesReason: `The following resource(s) require capabilities: [${types.join(', ')}]`,
      };
}

function defaultText({ Default }: ParameterDeclaration): string | undefined {
  return Default === undefined ? undefined : String(Default);
}
