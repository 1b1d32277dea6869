import type { Decide } from './references';
import { readIf } from './references';
import { isObject, readFunction, type Template, type TemplateValue } from './template';

/** The names, not yet evaluated, of all exports of other stacks that a template uses, in the parts that count. */
export function findImports(template: Template, decide: Decide): TemplateValue[] {
  const counts = ({ Condition }: { readonly Condition?: string }) =>
    Condition === undefined || decide(Condition) !== false;
  const resources = Object.values(template.Resources).filter(counts);
  const outputs = Object.values(template.Outputs).filter(counts);
  return [
    ...resources.flatMap(({ Properties }) => findIn(Properties, decide)),
    ...outputs.flatMap(({ Value }) => findIn(Value, decide)),
  ];
}

function findIn(value: TemplateValue, decide: Decide): TemplateValue[] {
  const [name, argument] = readFunction(value) ?? [];
  if (name === 'Fn::ImportValue') return [argument];
  if (name === 'Fn::If') {
    const [condition, whenTrue, whenFalse] = readIf(argument);
    return findIn(decide(condition) === false ? whenFalse : whenTrue, decide);
  }
  if (Array.isArray(value)) return value.flatMap((item) => findIn(item, decide));
  return isObject(value) ? Object.values(value).flatMap((item) => findIn(item, decide)) : [];
}
