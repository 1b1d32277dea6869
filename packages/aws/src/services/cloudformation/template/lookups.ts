import { evaluate, type Scope } from './evaluate';
import { readIf } from './references';
import { isObject, readFunction, type Template, type TemplateValue } from './template';

/**
 * Looks up all that a template finds in its maps, in the parts that count: parameters are all that decides it, so what
 * is not in them is refused with the request.
 *
 * @param scope knows the parameters, and refuses resources
 * @throws AwsError `ValidationError`
 */
export function checkLookups(template: Template, scope: Scope): void {
  const check = (value: TemplateValue): void => {
    const [name, argument] = readFunction(value) ?? [];
    if (name === 'Fn::If') {
      const [condition, whenTrue, whenFalse] = readIf(argument);
      check(scope.condition(condition) ? whenTrue : whenFalse);
    } else if (name === 'Fn::FindInMap') {
      evaluate(value, scope);
    } else if (Array.isArray(value)) {
      value.forEach(check);
    } else if (isObject(value)) {
      Object.values(value).forEach(check);
    }
  };
  const counts = ({ Condition }: { readonly Condition?: string }) =>
    Condition === undefined || scope.condition(Condition);
  for (const { Properties } of Object.values(template.Resources).filter(counts)) check(Properties);
  for (const { Value } of Object.values(template.Outputs).filter(counts)) check(Value);
}
