import { validationError } from '../errors';
import { parseTemplateText } from './parse';
import {
  isObject,
  type JsonObject,
  type ResourceDeclaration,
  type RuleDeclaration,
  type Template,
} from './template';

const SECTIONS = new Set([
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Mappings',
  'Conditions',
  'Resources',
  'Outputs',
  'Transform',
  'Rules',
]);
const RESOURCE_MEMBERS = new Set([
  'Type',
  'Properties',
  'DependsOn',
  'Condition',
  'DeletionPolicy',
  'UpdateReplacePolicy',
  'CreationPolicy',
  'UpdatePolicy',
  'Metadata',
]);
const POLICIES: Readonly<Record<'DeletionPolicy' | 'UpdateReplacePolicy', readonly string[]>> = {
  DeletionPolicy: ['Delete', 'Retain', 'Snapshot', 'RetainExceptOnCreate'],
  UpdateReplacePolicy: ['Delete', 'Retain', 'Snapshot'],
};

/**
 * Reads a template and checks its structure: sections, logical ids, members of resources and outputs.
 *
 * @throws AwsError `ValidationError` with CloudFormation's own words
 */
export function readTemplate(body: string): Template {
  const raw = parseTemplateText(body);
  const unknown = Object.keys(raw).filter((key) => !SECTIONS.has(key));
  if (unknown.length > 0)
    throw validationError(`Invalid template property or properties [${unknown.join(', ')}]`);
  const version = raw.AWSTemplateFormatVersion;
  if (version !== undefined && String(version) !== '2010-09-09')
    throw validationError(`Template format error: [${version}] is not a supported template format version.`);
  if (raw.Description !== undefined && typeof raw.Description !== 'string')
    throw validationError('Template format error: Description section must be a string.');
  if (raw.Transform !== undefined) refuseTransform(raw.Transform);
  const Resources = readSection(raw, 'Resources');
  if (Object.keys(Resources).length === 0)
    throw validationError('Template format error: At least one Resources member must be defined.');
  for (const [id, resource] of Object.entries(Resources)) checkResource(id, resource);
  const Outputs = readSection(raw, 'Outputs');
  for (const [id, output] of Object.entries(Outputs)) checkOutput(id, output);
  const Parameters = readSection(raw, 'Parameters');
  for (const [id, parameter] of Object.entries(Parameters)) checkParameter(id, parameter);
  const Mappings = readSection(raw, 'Mappings');
  for (const [id, mapping] of Object.entries(Mappings)) {
    if (!isObject(mapping) || !Object.values(mapping).every(isObject))
      throw validationError(`Template format error: Every Mappings attribute must be a String or a List.`);
    checkLogicalId('Mapping', id);
  }
  const Rules = readSection(raw, 'Rules');
  for (const [id, rule] of Object.entries(Rules)) checkRule(id, rule);
  return {
    Description: raw.Description as string | undefined,
    Metadata: raw.Metadata as Template['Metadata'],
    Parameters: Parameters as Template['Parameters'],
    Mappings: Mappings as Template['Mappings'],
    Conditions: readSection(raw, 'Conditions'),
    Rules: Rules as Template['Rules'],
    Resources: Resources as Template['Resources'],
    Outputs: Outputs as unknown as Template['Outputs'],
  };
}

function readSection(raw: JsonObject, name: string): JsonObject {
  const section = raw[name] ?? {};
  if (!isObject(section)) throw validationError(`Template format error: ${name} section must be an object.`);
  // Without a prototype no name is there but those that the template gives.
  return Object.assign(Object.create(null) as object, section);
}

function refuseTransform(transform: unknown): never {
  const names = (Array.isArray(transform) ? transform : [transform]).map((one) =>
    isObject(one) ? String(one.Name) : String(one),
  );
  throw validationError(`No transform named ${names.join(', ')} found.`);
}

function checkLogicalId(kind: string, id: string): void {
  if (!/^[a-zA-Z0-9]+$/.test(id))
    throw validationError(`Template format error: ${kind} name ${id} is non alphanumeric.`);
}

function checkResource(id: string, value: unknown): asserts value is ResourceDeclaration {
  checkLogicalId('Resource', id);
  if (!isObject(value))
    throw validationError(`Template format error: Any Resources member must be an object.`);
  const wrong = Object.keys(value).find((key) => !RESOURCE_MEMBERS.has(key));
  if (wrong !== undefined) throw validationError(`Invalid template resource property '${wrong}'`);
  if (typeof value.Type !== 'string') {
    throw validationError(
      `Template format error: [/Resources/${id}] Every Resources object must contain a Type member.`,
    );
  }
  if (value.Properties !== undefined && value.Properties !== null && !isObject(value.Properties))
    throw validationError(
      `Template format error: [/Resources/${id}/Properties] Properties must be an object.`,
    );
  if (value.Condition !== undefined && typeof value.Condition !== 'string')
    throw validationError(`Template format error: Every Condition member must be a string.`);
  const depends = value.DependsOn ?? [];
  const list = Array.isArray(depends) ? depends : [depends];
  if (list.some((one) => typeof one !== 'string'))
    throw validationError('Template format error: DependsOn must be a string or list of strings.');
  for (const name of ['DeletionPolicy', 'UpdateReplacePolicy'] as const) {
    const policy = value[name];
    if (policy !== undefined && !POLICIES[name].includes(String(policy)))
      throw validationError(`Template error: Unrecognized ${name} ${String(policy)} for resource ${id}`);
  }
}

function checkRule(id: string, value: unknown): asserts value is RuleDeclaration {
  checkLogicalId('Rule', id);
  if (!isObject(value)) throw validationError('Template format error: Any Rules member must be an object.');
  const wrong = Object.keys(value).find((key) => key !== 'RuleCondition' && key !== 'Assertions');
  if (wrong !== undefined) throw validationError(`Invalid template rule property '${wrong}'`);
  const { Assertions } = value;
  const isAssertion = (one: unknown) => isObject(one) && one.Assert !== undefined;
  if (!Array.isArray(Assertions) || Assertions.length === 0 || !Assertions.every(isAssertion))
    throw validationError(
      `Template format error: [/Rules/${id}] Every Rules object must contain Assertions, each of them with an Assert member.`,
    );
}

function checkOutput(id: string, value: unknown): void {
  checkLogicalId('Output', id);
  if (!isObject(value) || value.Value === undefined || value.Value === null)
    throw validationError(`Template format error: Every Outputs member must contain a Value object`);
  const wrong = Object.keys(value).find(
    (key) => !['Value', 'Description', 'Condition', 'Export'].includes(key),
  );
  if (wrong !== undefined)
    throw validationError(`Template format error: Invalid outputs property : [${wrong}]`);
  if (value.Export !== undefined && (!isObject(value.Export) || value.Export.Name === undefined))
    throw validationError('Template format error: Output Export must contain a Name.');
}

const PARAMETER_MEMBERS = new Set([
  'Type',
  'Default',
  'AllowedValues',
  'AllowedPattern',
  'ConstraintDescription',
  'Description',
  'MinLength',
  'MaxLength',
  'MinValue',
  'MaxValue',
  'NoEcho',
]);

function checkParameter(id: string, value: unknown): void {
  checkLogicalId('Parameter', id);
  if (!isObject(value) || typeof value.Type !== 'string')
    throw validationError(`Template format error: Every Parameters object must contain a Type member.`);
  const wrong = Object.keys(value).find((key) => !PARAMETER_MEMBERS.has(key));
  if (wrong !== undefined) throw validationError(`Invalid template parameter property '${wrong}'`);
  if (!PARAMETER_TYPE.test(value.Type))
    throw validationError(`Template format error: Unrecognized parameter type: ${value.Type}`);
}

const AWS_SPECIFIC =
  'AWS::EC2::(AvailabilityZone::Name|Image::Id|Instance::Id|KeyPair::KeyName|SecurityGroup::(GroupName|Id)|Subnet::Id|Volume::Id|VPC::Id)|AWS::Route53::HostedZone::Id';
const PARAMETER_TYPE = new RegExp(
  `^(String|Number|CommaDelimitedList|List<(Number|String|${AWS_SPECIFIC})>|${AWS_SPECIFIC}|AWS::SSM::Parameter::(Name|Value<(String|CommaDelimitedList|List<(String|${AWS_SPECIFIC})>|${AWS_SPECIFIC})>))$`,
);
