import { validationError } from '../errors';
import { isObject, readFunction } from './template';

/** What a template value points at: a parameter, pseudo parameter or resource, or an attribute of a resource. */
export interface Reference {
  readonly name: string;
  readonly attribute?: string;
}

/** Says which branch of an `Fn::If` counts; undefined when both do. */
export type Decide = (condition: string) => boolean | undefined;

/** All that a value refers to, in the branches that count. */
export function findReferences(value: unknown, decide: Decide): Reference[] {
  const call = readFunction(value);
  if (call) return findInFunction(call, decide);
  if (Array.isArray(value)) return value.flatMap((item) => findReferences(item, decide));
  if (isObject(value)) return Object.values(value).flatMap((item) => findReferences(item, decide));
  return [];
}

function findInFunction([name, argument]: readonly [string, unknown], decide: Decide): Reference[] {
  switch (name) {
    case 'Ref':
      return [{ name: String(argument) }];
    case 'Condition':
      return [];
    case 'Fn::GetAtt': {
      const [resource, attribute] = readGetAtt(argument);
      const nested = typeof attribute === 'string' ? [] : findReferences(attribute, decide);
      return [{ name: resource, attribute: typeof attribute === 'string' ? attribute : '' }, ...nested];
    }
    case 'Fn::Sub': {
      const { text, variables } = readSub(argument);
      const own = new Set(Object.keys(variables));
      return [
        ...readPlaceholders(text).flatMap((placeholder) =>
          own.has(placeholder) ? [] : [toReference(placeholder)],
        ),
        ...findReferences(variables, decide),
      ];
    }
    case 'Fn::If': {
      const [condition, whenTrue, whenFalse] = readIf(argument);
      const decided = decide(condition);
      const branches = decided === undefined ? [whenTrue, whenFalse] : [decided ? whenTrue : whenFalse];
      return findReferences(branches, decide);
    }
    default:
      return findReferences(argument, decide);
  }
}

/** The resource and the attribute of an `Fn::GetAtt`. @throws AwsError `ValidationError` */
export function readGetAtt(argument: unknown): readonly [resource: string, attribute: unknown] {
  if (typeof argument === 'string' && argument.includes('.')) {
    const dot = argument.indexOf('.');
    return [argument.slice(0, dot), argument.slice(dot + 1)];
  }
  if (Array.isArray(argument) && argument.length >= 2 && typeof argument[0] === 'string') {
    const [resource, ...rest] = argument;
    return [resource, rest.length === 1 ? rest[0] : rest.join('.')];
  }
  throw validationError(
    'Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute',
  );
}

/** The text and the variables of an `Fn::Sub`. @throws AwsError `ValidationError` */
export function readSub(argument: unknown): { text: string; variables: Readonly<Record<string, unknown>> } {
  if (typeof argument === 'string') return { text: argument, variables: {} };
  if (
    Array.isArray(argument) &&
    argument.length === 2 &&
    typeof argument[0] === 'string' &&
    isObject(argument[1])
  )
    return { text: argument[0], variables: argument[1] };
  throw validationError(
    "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
  );
}

/** The parts of an `Fn::If`. @throws AwsError `ValidationError` */
export function readIf(
  argument: unknown,
): readonly [condition: string, whenTrue: unknown, whenFalse: unknown] {
  if (!Array.isArray(argument) || argument.length !== 3 || typeof argument[0] !== 'string')
    throw validationError(
      'Template error: Fn::If requires a list argument with the first element being a condition',
    );
  return [argument[0], argument[1], argument[2]];
}

/** Names between `${` and `}`, without the escaped `${!…}`. @throws AwsError `ValidationError` for other characters in a name */
function readPlaceholders(text: string): string[] {
  return [...text.matchAll(/\$\{([^}]*)\}/g)].flatMap(([, inner = '']) => {
    if (inner.startsWith('!')) return [];
    const name = inner.trim();
    if (!/^[\w.:]+$/.test(name)) {
      throw validationError(
        'Template error: variable names in Fn::Sub syntax must contain only alphanumeric characters, underscores, periods, and colons',
      );
    }
    return [name];
  });
}

/** `Vpc.CidrBlock` or `AWS::Region`, as they stand in an `Fn::Sub`. */
export function toReference(placeholder: string): Reference {
  const dot = placeholder.indexOf('.');
  return dot < 0
    ? { name: placeholder }
    : { name: placeholder.slice(0, dot), attribute: placeholder.slice(dot + 1) };
}
