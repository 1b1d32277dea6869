import type { InputTransformer, Target } from '@aws-sdk/client-eventbridge';
import { readPath } from 'aws-languages/json-path';
import type { AwsEvent } from '../../../core/event-bus';

/** What a target gets of an event, as text: Input, InputPath or InputTransformer, or the whole event. */
export function makeInput(
  target: Target,
  event: AwsEvent,
  rule: { readonly name: string; readonly arn: string },
): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(readPath(event, target.InputPath) ?? null);
  return target.InputTransformer ? transform(target.InputTransformer, event, rule) : JSON.stringify(event);
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html */
function transform(
  transformer: InputTransformer,
  event: AwsEvent,
  rule: { readonly name: string; readonly arn: string },
): string {
  const { detail: _detail, ...envelope } = event;
  const values = new Map<string, unknown>([
    ['aws.events.rule-arn', rule.arn],
    ['aws.events.rule-name', rule.name],
    ['aws.events.event.ingestion-time', event.time],
    ['aws.events.event', envelope],
    ['aws.events.event.json', event],
  ]);
  for (const [name, path] of Object.entries(transformer.InputPathsMap ?? {}))
    values.set(name, readPath(event, path));
  const template = transformer.InputTemplate ?? '';
  let isQuoted = false;
  let filled = '';
  for (const part of template.split(/(<[A-Za-z0-9_.-]+>|\\.|")/)) {
    if (part === '"') isQuoted = !isQuoted;
    const name = /^<(.+)>$/.exec(part)?.[1];
    filled += name === undefined || !values.has(name) ? part : show(values.get(name), isQuoted, template);
  }
  return filled;
}

/** Inside quotes a text stands as it is; elsewhere a value is JSON. A template that is no JSON takes texts bare. */
function show(value: unknown, isQuoted: boolean, template: string): string {
  if (value === undefined) return isQuoted ? '' : '""';
  const json = JSON.stringify(value);
  if (typeof value === 'string') return isQuoted ? json.slice(1, -1) : isJson(template) ? json : value;
  return isQuoted ? JSON.stringify(json).slice(1, -1) : json;
}

function isJson(template: string): boolean {
  return /^\s*[{["]/.test(template);
}
