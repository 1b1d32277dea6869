import { splitCidr } from 'aws-languages/cidr';
import { validationError } from '../errors';
import { readGetAtt, readIf, readSub, toReference } from './references';
import { isObject, readFunction, type Template } from './template';

/** What the functions of a template are evaluated against. */
export interface Scope {
  readonly mappings: Template['Mappings'];
  /** Values of parameters and pseudo parameters. */
  readonly values: ReadonlyMap<string, unknown>;
  condition(name: string): boolean;
  /** `Ref` of a resource; undefined when there is none. */
  ref(logicalId: string): unknown;
  attribute(logicalId: string, name: string): unknown;
  exported(name: string): string;
  zones(region: string): readonly string[];
}

/** The value of `AWS::NoValue`: what it is given to is left out. */
const NO_VALUE = Symbol('AWS::NoValue');

/**
 * Evaluates a value of a template; members that are `AWS::NoValue` are left out.
 *
 * @throws AwsError `ValidationError` for a function that is used wrongly
 */
export function evaluate(value: unknown, scope: Scope): unknown {
  const result = evaluateValue(value, scope);
  return result === NO_VALUE ? undefined : result;
}

function evaluateValue(value: unknown, scope: Scope): unknown {
  const call = readFunction(value);
  if (call) return evaluateFunction(call[0], call[1], scope);
  if (Array.isArray(value))
    return value.map((item) => evaluateValue(item, scope)).filter((item) => item !== NO_VALUE);
  if (isObject(value)) {
    const entries = Object.entries(value).map(([key, item]) => [key, evaluateValue(item, scope)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== NO_VALUE));
  }
  return value;
}

function evaluateFunction(name: string, argument: unknown, scope: Scope): unknown {
  switch (name) {
    case 'Ref':
      return lookUp(String(argument), scope);
    case 'Fn::GetAtt': {
      const [resource, attribute] = readGetAtt(argument);
      return scope.attribute(resource, asText(evaluateValue(attribute, scope), name));
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Join':
      return join(argument, scope);
    case 'Fn::Split':
      return split(argument, scope);
    case 'Fn::Select':
      return select(argument, scope);
    case 'Fn::FindInMap': {
      const [map, top, second] = asList(argument, name, 3).map((item) =>
        asText(evaluateValue(item, scope), name),
      );
      const found = own(own(own(scope.mappings, map) ?? {}, top) ?? {}, second);
      if (found === undefined)
        throw validationError(`Template error: Unable to get mapping for ${map}::${top}::${second}`);
      return found;
    }
    case 'Fn::GetAZs': {
      const region = asText(evaluateValue(argument, scope), name);
      return [...scope.zones(region || String(scope.values.get('AWS::Region')))];
    }
    case 'Fn::ImportValue':
      return scope.exported(asText(evaluateValue(argument, scope), name));
    case 'Fn::Base64':
      return Buffer.from(asText(evaluateValue(argument, scope), name)).toString('base64');
    case 'Fn::Cidr': {
      const [block, count, bits] = (Array.isArray(argument) ? argument : []).map((item) =>
        evaluateValue(item, scope),
      );
      return splitCidr(asText(block, name), Number(count), Number(bits ?? 8), validationError);
    }
    default:
      return evaluateCondition(name, argument, scope);
  }
}

/** A member by its name, not by those that every object has. */
function own<Value>(values: Readonly<Record<string, Value>>, name = ''): Value | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function join(argument: unknown, scope: Scope): unknown {
  const name = 'Fn::Join';
  const [delimiter, items] = asList(argument, name, 2);
  const list = evaluateValue(items, scope);
  if (typeof delimiter !== 'string' || !Array.isArray(list)) {
    throw validationError(
      'Template error: every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.',
    );
  }
  return list.map((item) => asText(item, name)).join(delimiter);
}

function split(argument: unknown, scope: Scope): unknown {
  const name = 'Fn::Split';
  const [delimiter, source] = asList(argument, name, 2);
  if (typeof delimiter !== 'string' || delimiter === '')
    throw validationError(
      'Template error: every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.',
    );
  return asText(evaluateValue(source, scope), name).split(delimiter);
}

function select(argument: unknown, scope: Scope): unknown {
  const name = 'Fn::Select';
  const [index, items] = asList(argument, name, 2).map((item) => evaluateValue(item, scope));
  const position = Number(index);
  if (!Array.isArray(items) || !Number.isInteger(position))
    throw validationError(
      'Template error: Fn::Select requires a list argument with two elements: an integer index and a list',
    );
  if (position < 0 || position >= items.length)
    throw validationError(`Template error: Fn::Select cannot select nonexistent value at index ${position}`);
  return items[position];
}

/** The functions by which a template decides. */
function evaluateCondition(name: string, argument: unknown, scope: Scope): unknown {
  switch (name) {
    case 'Fn::If': {
      const [condition, whenTrue, whenFalse] = readIf(argument);
      return evaluateValue(scope.condition(condition) ? whenTrue : whenFalse, scope);
    }
    case 'Condition':
      return scope.condition(String(argument));
    case 'Fn::Equals': {
      const [left, right] = asList(argument, name, 2).map((item) => evaluateValue(item, scope));
      return scalarText(left) === scalarText(right);
    }
    case 'Fn::Not':
      return !asBoolean(evaluateValue(asList(argument, name, 1)[0], scope), name);
    case 'Fn::And':
      return asConditions(argument, name).every((item) => asBoolean(evaluateValue(item, scope), name));
    case 'Fn::Or':
      return asConditions(argument, name).some((item) => asBoolean(evaluateValue(item, scope), name));
    default:
      throw validationError(`Template format error: Unrecognized function ${name}`);
  }
}

function lookUp(name: string, scope: Scope): unknown {
  if (name === 'AWS::NoValue') return NO_VALUE;
  return scope.values.has(name) ? scope.values.get(name) : scope.ref(name);
}

function substitute(argument: unknown, scope: Scope): string {
  const { text, variables } = readSub(argument);
  return text.replace(/\$\{([^}]*)\}/g, (_whole, inner: string) => {
    if (inner.startsWith('!')) return `\${${inner.slice(1)}}`;
    const name = inner.trim();
    if (Object.hasOwn(variables, name)) return asText(evaluateValue(variables[name], scope), 'Fn::Sub');
    const reference = toReference(name);
    return asText(
      reference.attribute === undefined
        ? lookUp(reference.name, scope)
        : scope.attribute(reference.name, reference.attribute),
      'Fn::Sub',
    );
  });
}

function asList(argument: unknown, name: string, length: number): unknown[] {
  if (!Array.isArray(argument) || argument.length !== length)
    throw validationError(
      `Template error: ${name} requires a list argument with ${length} element${length > 1 ? 's' : ''}`,
    );
  return argument;
}

function asConditions(argument: unknown, name: string): unknown[] {
  if (!Array.isArray(argument) || argument.length < 2 || argument.length > 10)
    throw validationError(
      `Template validation error: every ${name} object requires a list of at least 2 and at most 10 boolean parameters.`,
    );
  return argument;
}

function asBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean')
    throw validationError(`Template validation error: every ${name} object requires boolean parameters.`);
  return value;
}

function asText(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw validationError(
    `Template error: ${name} needs a string here, but got ${JSON.stringify(value) ?? 'nothing'}`,
  );
}

function scalarText(value: unknown): string {
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : String(value);
}
