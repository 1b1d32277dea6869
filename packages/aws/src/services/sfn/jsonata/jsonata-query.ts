import type { Catcher, ContextObject, Json, State, VariableValues } from '../language/definition';
import type { Outcome, Query } from '../language/query';
import { QueryEvaluationError, StatesError } from '../language/states-error';
import { parseTimestamp } from '../language/timestamp';
import { evaluateAs, evaluateField, type JsonataData } from './evaluate';

interface Rule {
  readonly Condition?: Json;
  readonly Next?: string;
  readonly Assign?: Json;
  readonly Output?: Json;
}

/**
 * A state whose fields are JSONata: Arguments, Output, Assign, and expressions wherever a value may stand.
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
 */
export class JsonataQuery implements Query {
  constructor(
    private readonly state: State,
    private readonly input: Json,
    private readonly context: ContextObject,
    private readonly variables: VariableValues,
    private readonly now: () => number,
  ) {}

  async readArguments(context = this.context): Promise<Json> {
    const { Arguments } = this.state;
    return Arguments === undefined
      ? this.input
      : evaluateField(Arguments, 'Arguments', this.data({}, context));
  }

  async readNumber(
    field: 'TimeoutSeconds' | 'HeartbeatSeconds' | 'Seconds' | 'MaxConcurrency',
  ): Promise<number | undefined> {
    const value = this.state[field];
    if (value === undefined) return undefined;
    const number = await evaluateAs('number', value, field, this.data());
    if (Number.isInteger(number) && number >= 0) return number;
    throw new QueryEvaluationError(
      `The ${field} field must be a whole number of 0 or more: ${number}`,
      field,
    );
  }

  async readTimestamp(): Promise<number | undefined> {
    const { Timestamp } = this.state;
    if (Timestamp === undefined) return undefined;
    const text = await evaluateAs('string', Timestamp, 'Timestamp', this.data());
    const millis = parseTimestamp(text);
    if (millis !== undefined) return millis;
    throw new QueryEvaluationError(
      `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${text}`,
      'Timestamp',
      true,
    );
  }

  async readText(field: 'Error' | 'Cause'): Promise<string> {
    const value = this.state[field];
    return value === undefined ? '' : evaluateAs('string', value, field, this.data());
  }

  async readItems(): Promise<readonly Json[]> {
    const { Items } = this.state;
    if (Items !== undefined) return evaluateAs('array', Items, 'Items', this.data());
    if (Array.isArray(this.input)) return this.input;
    throw new QueryEvaluationError(`Map state input must be an array but was: ${JSON.stringify(this.input)}`);
  }

  async readItem(item: Json, context: ContextObject): Promise<Json> {
    const { ItemSelector } = this.state;
    return ItemSelector === undefined
      ? item
      : evaluateField(ItemSelector, 'ItemSelector', this.data({}, context));
  }

  async choose(): Promise<Outcome & { readonly next: string }> {
    const data = this.data();
    for (const [i, rule] of ((this.state.Choices ?? []) as readonly Rule[]).entries()) {
      const place = `Choices[${i}]`;
      if (await evaluateAs('boolean', rule.Condition ?? null, `${place}/Condition`, data))
        return { ...(await this.leave(rule, data, this.input, `${place}/`)), next: rule.Next ?? '' };
    }
    const { Default } = this.state;
    if (Default !== undefined) return { ...(await this.leave(this.state, data, this.input)), next: Default };
    throw new StatesError(
      'States.Runtime',
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }

  finish(result: Json): Promise<Outcome> {
    return this.leave(this.state, this.data({ result }), result);
  }

  pass(): Promise<Outcome> {
    return this.leave(this.state, this.data(), this.input);
  }

  recover(catcher: Catcher, errorOutput: Json): Promise<Outcome> {
    const index = this.state.Catch?.indexOf(catcher) ?? 0;
    return this.leave(catcher, this.data({ errorOutput }), errorOutput, `Catch[${index}]/`);
  }

  /** @param otherwise the output where the rule or the state says none */
  private async leave(
    { Assign, Output }: { readonly Assign?: Json; readonly Output?: Json },
    data: JsonataData,
    otherwise: Json,
    place = '',
  ): Promise<Outcome> {
    const assigned = Assign === undefined ? undefined : await evaluateField(Assign, `${place}Assign`, data);
    const output = Output === undefined ? otherwise : await evaluateField(Output, `${place}Output`, data);
    return { output, assigned: assigned as Outcome['assigned'] };
  }

  private data(
    more: { readonly result?: Json; readonly errorOutput?: Json } = {},
    context = this.context,
  ): JsonataData {
    return { states: { input: this.input, ...more, context }, variables: this.variables, now: this.now };
  }
}
