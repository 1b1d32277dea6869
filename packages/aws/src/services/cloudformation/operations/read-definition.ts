import type { Parameter, Tag } from '@aws-sdk/client-cloudformation';
import type { Call } from '../../../core/call';
import { fetchParameter } from '../engine/values/parameter-store';
import { scopeBefore } from '../engine/values/scope';
import { validationError } from '../errors';
import { rightsOf, rightsOfCaller } from '../stacks/rights';
import type { Stack, StackDefinition } from '../stacks/stack';
import type { CloudFormationState } from '../state';
import { checkCapabilities } from '../template/capabilities';
import { readTemplate } from '../template/check';
import { checkTypes } from '../template/check-types';
import { checkLookups } from '../template/lookups';
import { resolveParameters } from '../template/parameters';
import { checkRules } from '../template/rules';
import { checkUpdatePolicies } from '../template/update-policies';
import { validateTemplate } from '../template/validate';
import { readBody, type TemplateSource } from './read-template';

/** What the requests that make or change a stack have in common. */
interface DefinitionInput extends TemplateSource {
  readonly StackName?: string;
  readonly Parameters?: Parameter[];
  readonly Capabilities?: string[];
  readonly Tags?: Tag[];
  readonly NotificationARNs?: string[];
  readonly RoleARN?: string;
}

/**
 * Reads what a stack shall be from a request, and checks it.
 *
 * @param call whose rights count for the template, and for what it looks up unless a role is given
 * @param previous the stack as it is, whose settings stay where the request says nothing
 * @throws AwsError `ValidationError`, `InsufficientCapabilitiesException`
 */
export async function readDefinition(
  cloudFormation: CloudFormationState,
  input: DefinitionInput,
  stack: { readonly name: string; readonly id: string },
  call: Call,
  previous?: Stack,
): Promise<StackDefinition> {
  const { context } = cloudFormation;
  const roleArn = input.RoleARN ?? previous?.definition?.roleArn;
  const aws = cloudFormation.clientsWith(rightsOf(call, stack.id, roleArn, cloudFormation.iam));
  const body = await readBody(input, cloudFormation.clientsWith(rightsOfCaller(call)), previous);
  const template = readTemplate(body);
  const types = await cloudFormation.types();
  const parameters = await resolveParameters(
    template.Parameters,
    input.Parameters ?? [],
    previous?.definition?.parameters,
    (name) => fetchParameter(aws, name),
  );
  const scope = scopeBefore(context, template, parameters, stack);
  await checkTypes(template, types, context.clock);
  validateTemplate(template, (name) => types.get(name)?.schema, scope.condition);
  checkUpdatePolicies(template, (name) => types.get(name)?.handler);
  checkRules(template, scope);
  checkLookups(template, scope);
  checkCapabilities(template, input.Capabilities ?? []);
  const tags = input.Tags ?? previous?.definition?.tags ?? [];
  checkTags(tags);
  return {
    body,
    template,
    parameters,
    tags,
    capabilities: input.Capabilities ?? previous?.definition?.capabilities ?? [],
    notificationArns: input.NotificationARNs ?? previous?.definition?.notificationArns ?? [],
    roleArn,
    description: template.Description,
  };
}

function checkTags(tags: readonly Tag[]): void {
  if (tags.length > 50) throw validationError('Stack tags: at most 50 tags are allowed');
  const reserved = tags.find(({ Key }) => Key?.toLowerCase().startsWith('aws:'));
  if (reserved) throw validationError(`aws: prefixed tag key names are not allowed for external use.`);
}
