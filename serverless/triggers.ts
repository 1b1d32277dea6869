import type { Pipeline } from '../src/pipeline/definition';

const FUNCTION_ARN = { 'Fn::GetAtt': ['RequestBuildLambdaFunction', 'Arn'] };

/** The CloudFormation resources that start builds: a schedule for each pipeline that has one, a rule for each event. */
export function makeTriggers(pipelines: Pipeline[]): Record<string, object> {
  return Object.fromEntries(
    pipelines.flatMap((pipeline) => [...makeSchedule(pipeline), ...makeRules(pipeline)]),
  );
}

/** EventBridge Scheduler, not a rule: it knows time zones. */
function makeSchedule({ name, definition }: Pipeline): [string, object][] {
  const { schedule } = definition.triggers;
  if (!schedule) return [];
  const input = {
    pipeline: name,
    trigger: { kind: 'schedule', by: schedule.cron },
    // The same at each attempt, unlike the execution's id:
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    id: '<aws.scheduler.schedule-arn> <aws.scheduler.scheduled-time>',
  };
  const properties = {
    Name: { 'Fn::Sub': `\${AWS::StackName}-${name}` },
    Description: `Builds pipeline ${name}`,
    ScheduleExpression: `cron(${schedule.cron})`,
    ScheduleExpressionTimezone: schedule.timezone,
    FlexibleTimeWindow: describeSplay(schedule.splay),
    Target: {
      Arn: FUNCTION_ARN,
      RoleArn: { 'Fn::GetAtt': ['SchedulerRole', 'Arn'] },
      Input: JSON.stringify(input),
      RetryPolicy: { MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 10 },
    },
  };
  return [[`${logicalId(name)}Schedule`, { Type: 'AWS::Scheduler::Schedule', Properties: properties }]];
}

/** Scheduler spreads over whole minutes: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html */
function describeSplay(seconds: number | undefined): object {
  return seconds === undefined
    ? { Mode: 'OFF' }
    : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: Math.ceil(seconds / 60) };
}

function makeRules({ name, definition }: Pipeline): [string, object][] {
  const { events, imageOf } = definition.triggers;
  const named = events.map((event, at) => [`Event${at + 1}`, event] as const);
  const all = imageOf === undefined ? named : [...named, ['ImageOf', publishedBy(imageOf)] as const];
  return all.flatMap(([suffix, event]): [string, object][] => {
    const id = `${logicalId(name)}${suffix}`;
    return [
      [`${id}Rule`, { Type: 'AWS::Events::Rule', Properties: describeRule(name, event) }],
      [`${id}Permission`, { Type: 'AWS::Lambda::Permission', Properties: describePermission(`${id}Rule`) }],
    ];
  });
}

/** A new image of another pipeline of this deployment. */
function publishedBy(pipeline: string): Event {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation replaces them
  const service = { 'Fn::Sub': '${AWS::StackName}@${AWS::Region}' };
  return {
    pattern: {
      source: ['kiln'],
      'detail-type': ['Image Published'],
      detail: { service: [service], pipeline: [pipeline] },
    },
    parameters: {},
  };
}

type Event = Pipeline['definition']['triggers']['events'][number];

/** The function gets the whole event: what EventBridge puts into a text of a template it does not write as JSON. */
function describeRule(pipeline: string, { pattern, parameters }: Event): object {
  const known = JSON.stringify({ pipeline, parameters }).slice(1, -1);
  return {
    Description: `Builds pipeline ${pipeline}`,
    EventPattern: pattern,
    Targets: [
      {
        Id: 'request-build',
        Arn: FUNCTION_ARN,
        InputTransformer: { InputTemplate: `{${known},"event":<aws.events.event.json>}` },
      },
    ],
  };
}

function describePermission(rule: string): object {
  return {
    Action: 'lambda:InvokeFunction',
    FunctionName: FUNCTION_ARN,
    Principal: 'events.amazonaws.com',
    SourceArn: { 'Fn::GetAtt': [rule, 'Arn'] },
  };
}

/**
 * The name of a pipeline in CloudFormation, which takes letters and digits only: web-shop becomes WebDashshop, as in
 * Serverless, so that no two pipelines share one.
 */
function logicalId(pipeline: string): string {
  return `${pipeline.charAt(0).toUpperCase()}${pipeline.slice(1).replaceAll('-', 'Dash')}`;
}
