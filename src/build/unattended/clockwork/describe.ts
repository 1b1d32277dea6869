import type { Pipeline } from '../../../pipeline/pipeline';

/** A schedule of EventBridge Scheduler, which knows time zones: a rule does not. */
export interface Schedule {
  /** That of its pipeline. */
  readonly name: string;
  readonly expression: string;
  readonly timezone: string;
  /** Over how many minutes it is spread; missing where it is on the minute. */
  readonly windowMinutes?: number;
  /** What the function gets. JSON. */
  readonly input: string;
}

/** A rule of EventBridge. */
export interface Rule {
  /** Where it stands in the file of the pipeline. */
  readonly path: string;
  /** That of its pipeline, and which of its rules it is. */
  readonly name: string;
  readonly pattern: object;
  /** What the function gets, with the place of the event in it. */
  readonly template: string;
}

/** What starts the builds of pipelines by itself. */
export interface Triggers {
  readonly schedules: readonly Schedule[];
  readonly rules: readonly Rule[];
}

/**
 * The schedule of each pipeline that has one, and a rule for each event that starts one.
 *
 * @param service the deployment, as in the tag `kiln:service`: images of others start nothing
 */
export function describeTriggers(pipelines: readonly Pipeline[], service: string): Triggers {
  return {
    schedules: pipelines.flatMap(describeSchedule),
    rules: pipelines.flatMap((pipeline) => describeRules(pipeline, service)),
  };
}

function describeSchedule({ name, definition }: Pipeline): Schedule[] {
  const { schedule } = definition.triggers;
  if (!schedule) return [];
  const input = {
    pipeline: name,
    trigger: { kind: 'schedule', by: schedule.cron },
    // The same at each attempt, unlike the execution's id:
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    id: '<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time>',
  };
  return [
    {
      name,
      expression: `cron(${schedule.cron})`,
      timezone: schedule.timezone,
      // Scheduler spreads over whole minutes:
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html
      ...(schedule.splay !== undefined && { windowMinutes: Math.ceil(schedule.splay / 60) }),
      input: JSON.stringify(input),
    },
  ];
}

function describeRules({ name, definition }: Pipeline, service: string): Rule[] {
  const { events, imageOf } = definition.triggers;
  const named = events.map((event, at) => [`events[${at}]`, String(at + 1), event] as const);
  const all =
    imageOf === undefined ? named : [...named, ['imageOf', 'image', publishedBy(imageOf, service)] as const];
  return all.map(([path, which, { pattern, parameters }]) => {
    // The function gets the whole event: what EventBridge puts into a text of a template it does not write as JSON.
    const known = JSON.stringify({ pipeline: name, parameters }).slice(1, -1);
    // No name of a pipeline has a point.
    return {
      path: `triggers.${path}`,
      name: `${name}.${which}`,
      pattern,
      template: `{${known},"event":<aws.events.event.json>}`,
    };
  });
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html */
const MOST_NAME = 64;
/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html */
const MOST_TEMPLATE = 8192;

/**
 * What of the rules of a pipeline EventBridge would not take.
 *
 * @param stack the name of the deployment's stack, with which the names of its rules begin
 * @returns a sentence each, with the path in the file and what to do
 */
export function findTriggerProblems(pipeline: Pipeline, stack: string): string[] {
  return describeRules(pipeline, stack).flatMap(({ path, name, template }) => {
    const { length } = `${stack}.${name}`;
    const tooLong = `${path}: the name of its rule, ${stack}.${name}, has ${length} characters, EventBridge takes ${MOST_NAME}. Give the pipeline, the stage or the service a shorter name.`;
    const tooMuch = `${path}: what its rule hands on has ${template.length} characters, EventBridge takes ${MOST_TEMPLATE}. Take fewer parameters from the event.`;
    return [...(length > MOST_NAME ? [tooLong] : []), ...(template.length > MOST_TEMPLATE ? [tooMuch] : [])];
  });
}

type Event = Pipeline['definition']['triggers']['events'][number];

/** A new image of another pipeline of this deployment. */
function publishedBy(pipeline: string, service: string): Event {
  const detail = { service: [service], pipeline: [pipeline] };
  return { pattern: { source: ['kiln'], 'detail-type': ['Image Published'], detail }, parameters: {} };
}
