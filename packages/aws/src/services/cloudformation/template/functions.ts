import { validationError } from '../errors';
import { isObject, type Template, type TemplateValue } from './template';

/** As CloudFormation lists them, those of the `Rules` section included. */
const FUNCTIONS = [
  'Fn::Base64',
  'Fn::GetAtt',
  'Fn::GetAZs',
  'Fn::ImportValue',
  'Fn::Join',
  'Fn::Split',
  'Fn::FindInMap',
  'Fn::Select',
  'Ref',
  'Fn::Equals',
  'Fn::If',
  'Fn::Not',
  'Condition',
  'Fn::And',
  'Fn::Or',
  'Fn::Contains',
  'Fn::EachMemberEquals',
  'Fn::EachMemberIn',
  'Fn::ValueOf',
  'Fn::ValueOfAll',
  'Fn::RefAll',
  'Fn::Sub',
  'Fn::Cidr',
];

/**
 * Checks that a template calls only functions that there are, and finds only in maps that there are.
 *
 * @throws AwsError `ValidationError`
 */
export function checkFunctions(template: Template): void {
  const check = (value: TemplateValue): void => {
    if (Array.isArray(value)) value.forEach(check);
    if (!isObject(value)) return;
    for (const [key, argument] of Object.entries(value)) {
      if (/^fn::/i.test(key) && !FUNCTIONS.includes(key)) {
        throw validationError(
          `Template Error: Encountered unsupported function: ${key} Supported functions are: [${FUNCTIONS.join(', ')}]`,
        );
      }
      if (key === 'Fn::FindInMap') checkMap(argument, template);
      check(argument);
    }
  };
  for (const { Properties } of Object.values(template.Resources)) check(Properties);
  for (const { Value } of Object.values(template.Outputs)) check(Value);
  for (const condition of Object.values(template.Conditions)) check(condition);
}

function checkMap(argument: TemplateValue, template: Template): void {
  const name: unknown = Array.isArray(argument) ? argument[0] : undefined;
  if (typeof name === 'string' && !Object.hasOwn(template.Mappings, name))
    throw validationError(
      `Template error: Mapping named '${name}' is not present in the 'Mappings' section of template.`,
    );
}
