import type { Catcher, ContextObject, Json, State, VariableValues } from '../language/definition';
import type { Outcome, Query } from '../language/query';
import { StatesError } from '../language/states-error';
import { parseTimestamp } from '../language/timestamp';
import { holds } from './choice';
import { evaluateNumber, evaluatePath, evaluateTemplate, placeResult, type Roots } from './evaluate';

/**
 * A state whose fields are JSONPath: InputPath, Parameters, ResultSelector, ResultPath, OutputPath, and the Path variants.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html
 */
export class PathQuery implements Query {
  private effective?: Promise<Json>;

  /** @param raw the state's input as it came */
  constructor(
    private readonly state: State,
    private readonly raw: Json,
    private readonly context: ContextObject,
    private readonly variables: VariableValues,
  ) {}

  async readArguments(context?: ContextObject): Promise<Json> {
    const { Parameters, Type } = this.state;
    const input = await this.input();
    // The Parameters of a Map are its ItemSelector's older name.
    if (Parameters === undefined || Type === 'Map') return input;
    return evaluateTemplate(Parameters, this.roots(input, context));
  }

  async readNumber(
    field: 'TimeoutSeconds' | 'HeartbeatSeconds' | 'Seconds' | 'MaxConcurrency',
  ): Promise<number | undefined> {
    const path = this.state[`${field}Path`];
    if (path !== undefined) return evaluateNumber(path, this.roots(await this.input()), `${field}Path`);
    const value = this.state[field];
    return value === undefined ? undefined : Number(value);
  }

  async readTimestamp(): Promise<number | undefined> {
    const { Timestamp, TimestampPath } = this.state;
    const text = TimestampPath === undefined ? Timestamp : await this.textAt(TimestampPath, 'TimestampPath');
    if (text === undefined) return undefined;
    const millis = parseTimestamp(text);
    if (millis !== undefined) return millis;
    throw new StatesError(
      'States.Runtime',
      `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${TimestampPath} == ${text}`,
    );
  }

  async readText(field: 'Error' | 'Cause'): Promise<string> {
    const path = this.state[`${field}Path`];
    return path === undefined ? (this.state[field] ?? '') : this.textAt(path, `${field}Path`);
  }

  async readItems(): Promise<readonly Json[]> {
    const { ItemsPath } = this.state;
    const input = await this.input();
    const items =
      ItemsPath === undefined ? input : await evaluatePath(ItemsPath, this.roots(input), 'ItemsPath');
    if (Array.isArray(items)) return items;
    throw new StatesError('States.Runtime', `Reference path "${ItemsPath ?? '$'}" must point to array.`);
  }

  async readItem(item: Json, context: ContextObject): Promise<Json> {
    const selector = this.state.ItemSelector ?? this.state.Parameters;
    return selector === undefined
      ? item
      : evaluateTemplate(selector, this.roots(await this.input(), context));
  }

  async choose(): Promise<Outcome & { readonly next: string }> {
    const input = await this.input();
    for (const rule of (this.state.Choices ?? []) as readonly { readonly [key: string]: Json }[])
      if (await holds(rule, this.roots(input)))
        return { ...(await this.leave(input, rule.Assign)), next: String(rule.Next) };
    const { Default, Assign } = this.state;
    if (Default !== undefined) return { ...(await this.leave(input, Assign)), next: Default };
    throw new StatesError(
      'States.Runtime',
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }

  async finish(result: Json): Promise<Outcome> {
    const { Assign, ResultSelector, ResultPath } = this.state;
    const assigned = await this.assign(Assign, result);
    const selected =
      ResultSelector === undefined ? result : await evaluateTemplate(ResultSelector, this.roots(result));
    return { output: await this.output(placeResult(ResultPath, this.raw, selected)), assigned };
  }

  async pass(): Promise<Outcome> {
    if (this.state.Type === 'Pass') return this.finish(this.state.Result ?? (await this.readArguments()));
    return this.leave(await this.input(), this.state.Assign);
  }

  async recover(catcher: Catcher, error: Json): Promise<Outcome> {
    return {
      output: placeResult(catcher.ResultPath, this.raw, error),
      assigned: await this.assign(catcher.Assign, error),
    };
  }

  /** What InputPath leaves of the input. */
  private input(): Promise<Json> {
    this.effective ??= this.whole(this.state.InputPath, this.raw, 'InputPath');
    return this.effective;
  }

  private async leave(input: Json, template: Json | undefined): Promise<Outcome> {
    return { output: await this.output(input), assigned: await this.assign(template, input) };
  }

  private output(value: Json): Promise<Json> {
    return this.whole(this.state.OutputPath, value, 'OutputPath');
  }

  /** Null is an empty object, nothing is the whole. */
  private async whole(path: string | null | undefined, value: Json, field: string): Promise<Json> {
    if (path === null) return {};
    return path === undefined || path === '$' ? value : evaluatePath(path, this.roots(value), field);
  }

  private async assign(template: Json | undefined, input: Json): Promise<Outcome['assigned']> {
    if (template === undefined) return undefined;
    return (await evaluateTemplate(template, this.roots(input))) as Outcome['assigned'];
  }

  private async textAt(path: string, field: string): Promise<string> {
    const value = await evaluatePath(path, this.roots(await this.input()), field);
    if (typeof value === 'string') return value;
    throw new StatesError(
      'States.Runtime',
      `The ${field} '${path}' must be a string, but is ${JSON.stringify(value)}`,
    );
  }

  private roots(input: Json, context = this.context): Roots {
    return { input, context, variables: this.variables };
  }
}
