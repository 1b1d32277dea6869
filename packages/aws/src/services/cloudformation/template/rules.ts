import { validationError } from '../errors';
import { evaluate, type Scope } from './evaluate';
import { readFunction, type Template } from './template';

/**
 * Checks what the rules of a template assert of its parameters, before anything is made. CloudFormation's own words for an assertion
 * that fails are documented as its `AssertDescription`; what stands around that is this embedded AWS's.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/rules-section-structure.html
 *
 * @throws AwsError `ValidationError` with the description of each assertion that does not hold
 */
export function checkRules(template: Template, scope: Scope): void {
  const broken: string[] = [];
  for (const [id, { RuleCondition, Assertions }] of Object.entries(template.Rules)) {
    if (RuleCondition !== undefined && !decide(RuleCondition, template, scope, id)) continue;
    for (const { Assert, AssertDescription } of Assertions) {
      if (decide(Assert, template, scope, id)) continue;
      broken.push(AssertDescription ?? `the assertion ${JSON.stringify(Assert)} does not hold`);
    }
    if (broken.length > 0)
      throw validationError(`Template validation error: Rule ${id} failed: ${broken.join('; ')}`);
  }
}

function decide(value: unknown, template: Template, scope: Scope, rule: string): boolean {
  const decided = evaluateRule(value, template, scope);
  if (typeof decided === 'boolean') return decided;
  throw validationError(
    `Template validation error: Rule ${rule} must be made of functions that are true or false.`,
  );
}

/** What may stand around the functions that only rules have. */
const AROUND = ['Fn::And', 'Fn::Or', 'Fn::Not', 'Fn::Equals'];

function evaluateRule(value: unknown, template: Template, scope: Scope): unknown {
  const call = readFunction(value);
  if (!call) return Array.isArray(value) ? value.map((one) => evaluateRule(one, template, scope)) : value;
  const [name, argument] = call;
  const values = () =>
    (Array.isArray(argument) ? argument : [argument]).map((one) => evaluateRule(one, template, scope));
  switch (name) {
    case 'Fn::Contains': {
      const [strings, text] = values();
      return asStrings(strings, name).includes(String(text));
    }
    case 'Fn::EachMemberEquals': {
      const [strings, text] = values();
      return asStrings(strings, name).every((one) => one === String(text));
    }
    case 'Fn::EachMemberIn': {
      const [strings, among] = values();
      const known = asStrings(among, name);
      return asStrings(strings, name).every((one) => known.includes(one));
    }
    case 'Fn::RefAll':
      return Object.entries(template.Parameters)
        .filter(([, { Type }]) => Type === argument)
        .map(([id]) => scope.values.get(id));
    case 'Fn::ValueOf':
    case 'Fn::ValueOfAll':
      throw validationError(
        `Template format error: ${name} in the Rules section is not supported by the embedded AWS.`,
      );
    default:
      return evaluate(AROUND.includes(name) ? { [name]: values() } : value, scope);
  }
}

function asStrings(value: unknown, name: string): string[] {
  if (!Array.isArray(value))
    throw validationError(`Template validation error: every ${name} object requires a list of strings.`);
  return value.map(String);
}
