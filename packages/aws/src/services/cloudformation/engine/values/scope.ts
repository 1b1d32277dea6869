import type { Context } from '../../../../core/context';
import { validationError } from '../../errors';
import type { Clients } from '../../resources/clients';
import type { Stack, StackDefinition } from '../../stacks/stack';
import type { Stacks } from '../../stacks/stacks';
import { evaluate, type Scope } from '../../template/evaluate';
import type { ResolvedParameters } from '../../template/parameters';
import type { Template } from '../../template/template';

/** Values of the parameters and of the pseudo parameters. */
export function collectValues(
  context: Context,
  parameters: ResolvedParameters,
  stack: { readonly name: string; readonly id: string },
  notificationArns: readonly string[] = [],
): Map<string, unknown> {
  return new Map<string, unknown>([
    ['AWS::AccountId', context.accountId],
    ['AWS::NotificationARNs', notificationArns],
    ['AWS::Partition', 'aws'],
    ['AWS::Region', context.region],
    ['AWS::StackId', stack.id],
    ['AWS::StackName', stack.name],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ...[...parameters].map(([key, { value }]) => [key, value] as const),
  ]);
}

/** Says which conditions of a template hold. They depend on parameters only. */
export function decideConditions(
  template: Template,
  values: ReadonlyMap<string, unknown>,
  zones: readonly string[] = [],
): (name: string) => boolean {
  return parameterScope(template, values, zones).condition;
}

/** The scope of what depends on parameters only, as conditions do. */
function parameterScope(
  template: Template,
  values: ReadonlyMap<string, unknown>,
  zones: readonly string[],
): Scope {
  const decided = new Map<string, boolean>();
  const noResources = (name: string): never => {
    throw validationError(
      `Template format error: Unresolved dependencies [${name}]. Cannot reference resources in the Conditions block of the template`,
    );
  };
  const condition = (name: string): boolean => {
    const known = decided.get(name);
    if (known !== undefined) return known;
    if (!(name in template.Conditions))
      throw validationError(`Template error: unresolved condition dependency ${name} in Fn::If`);
    const result = evaluate(template.Conditions[name], scope);
    if (typeof result !== 'boolean')
      throw validationError(`Template format error: Conditions can only be boolean functions: ${name}`);
    decided.set(name, result);
    return result;
  };
  const scope: Scope = {
    mappings: template.Mappings,
    values,
    condition,
    ref: noResources,
    attribute: noResources,
    exported: noResources,
    zones: () => zones,
  };
  return scope;
}

/** What is known of a template before its resources are there. */
export function scopeBefore(
  context: Context,
  template: Template,
  parameters: ResolvedParameters,
  stack: { name: string; id: string },
): Scope {
  return parameterScope(template, collectValues(context, parameters, stack), []);
}

/** The names of the region's availability zones, asked for only when the template does. */
export async function findZones(aws: Clients, template: Template): Promise<string[]> {
  if (!JSON.stringify(template).includes('"Fn::GetAZs"')) return [];
  const { AvailabilityZones = [] } = await aws.ec2.DescribeAvailabilityZones({});
  return AvailabilityZones.flatMap(({ ZoneName }) => (ZoneName === undefined ? [] : [ZoneName])).sort();
}

/** The scope in which the resources and outputs of a stack are evaluated, as far as its resources are made. */
export function stackScope(
  context: Context,
  stacks: Stacks,
  stack: Stack,
  definition: StackDefinition,
  zones: readonly string[],
  condition: (name: string) => boolean,
): Scope {
  const find = (logicalId: string) => {
    const resource = stack.resources.get(logicalId);
    if (!resource) {
      throw validationError(
        `Template format error: Unresolved resource dependencies [${logicalId}] in the Resources block of the template`,
      );
    }
    return resource;
  };
  return {
    mappings: definition.template.Mappings,
    values: collectValues(context, definition.parameters, stack, definition.notificationArns),
    condition,
    ref: (logicalId) => find(logicalId).ref,
    attribute(logicalId, name) {
      const { attributes, type, isOpen } = find(logicalId);
      // What CloudFormation does not know was refused with the template.
      if (!Object.hasOwn(attributes, name) && isOpen)
        throw validationError(
          `CustomResource attribute error: Vendor response doesn't contain ${name} attribute in object ${stack.id}|${logicalId}`,
        );
      if (!Object.hasOwn(attributes, name))
        throw validationError(`Attribute ${name} of ${type} is not supported by the embedded AWS`);
      return attributes[name];
    },
    exported(name) {
      const found = stacks
        .exports()
        .find(({ output, stack: owner }) => output.exportName === name && owner !== stack);
      if (!found) throw validationError(`No export named ${name} found.`);
      stack.imports.add(name);
      return found.output.value;
    },
    zones(region) {
      if (region !== context.region)
        throw validationError(`Template error: Fn::GetAZs of ${region} asked in ${context.region}`);
      return zones;
    },
  };
}
