import { findCronProblem } from 'aws-languages/cron';
import { findPatternProblem } from 'aws-languages/event-pattern';
import { isDefinitePath } from 'aws-languages/json-path';
import { isTimeZone } from 'aws-languages/time-zone';
import * as z from 'zod';
import { ON_TIMEOUT } from '../../wait/on-timeout';
import { parseSecret, SECRET_REFERENCE } from '../secret';
import { SITE_PATH } from '../site/path';
import { duration } from './duration';
import { expected, show } from './expected';
import { chooseHealthy } from './healthy';
import { matches } from './pattern';
import { isSsmReference } from './reference';

/** A mapping whose keys are all known: an unknown one is a spelling mistake, and would else be ignored in silence. */
function section<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const keys = Object.keys(shape).join(', ');
  const notAMapping = expected(`a mapping with the keys ${keys}`);
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `unknown key, expected one of ${keys}` : notAMapping(issue),
  });
}

function text(pattern: RegExp, what: string) {
  const error = expected(what);
  return z.string({ error }).regex(pattern, { error });
}

function whole(from: number, to: number, what = 'a whole number') {
  const error = expected(`${what} from ${from} to ${to}`);
  return z.int({ error }).min(from, { error }).max(to, { error });
}

function flag() {
  return z.boolean({ error: expected('true or false') });
}

function list<Item extends z.ZodType>(item: Item, what: string) {
  return z.array(item, { error: expected(what) });
}

/** A list in which each value stands once. */
function distinct<Item extends z.ZodType>(item: Item, what: string) {
  return list(item, what).refine((values) => new Set(values).size === values.length, {
    error: expected(`${what}, each once`),
  });
}

/** Names that bash or the dynamic linker give a meaning to: a value in one of them could change what the script runs. */
const RESERVED_NAME =
  /^(_|KILN_\w*|kiln_\w*|PATH|IFS|ENV|CDPATH|HOME|SHELL|SHELLOPTS|GLOBIGNORE|POSIXLY_CORRECT|TMPDIR|U?ID|EUID|PPID|GROUPS|DIRSTACK|FUNCNAME|PIPESTATUS|RANDOM|SRANDOM|SECONDS|EPOCH\w*|LINENO|HIST\w*|OPT(ARG|ERR|IND)|PS\d|PROMPT_COMMAND|BASH\w*|LD_\w*)$/;

const ParameterName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, {
    error:
      'expected the name of a shell variable: letters, digits and _, at most 64, not starting with a digit',
  })
  .refine((name) => !RESERVED_NAME.test(name), {
    error: 'expected a name of your own, this one has a meaning for bash or the system',
  })
  .refine((name) => !(name in Object.prototype), {
    error: 'expected a name of your own, this one is inherited by every object of JavaScript',
  });

const RegularExpression = z
  .string({ error: expected('a regular expression') })
  .refine((source) => isRegularExpression(source), { error: expected('a valid regular expression') });

const Parameter = section({
  // What is wrong with a text is told below, where it is known whether it may be shown.
  default: z
    .string({ error: 'expected a text (numbers and true or false in quotes)' })
    .optional()
    .describe(
      'The value when a build gives none: a text, or resolve:ssm:NAME. Without it the parameter is required.',
    ),
  pattern: RegularExpression.optional().describe(
    'A regular expression that the value must match once resolved. It matches anywhere: anchor it with ^ and $.',
  ),
  secret: flag()
    .default(false)
    .describe(
      'Whether the value is a secret: a reference that only the instance resolves, resolve:ssm:NAME of a SecureString or resolve:secretsmanager:NAME.',
    ),
  mayStayOnImage: flag()
    .default(false)
    .describe(
      'Whether the value of a secret may be on the image. Else the build fails where it is found on the disk or the console.',
    ),
}).superRefine((parameter, context) => {
  for (const [path, message] of findParameterProblems(parameter))
    context.addIssue({ code: 'custom', path: [path], message });
});

/** What is wrong with a parameter, and where. The text of a secret is never shown. */
function findParameterProblems({
  default: value,
  pattern,
  secret,
  mayStayOnImage,
}: {
  default?: string | undefined;
  pattern?: string | undefined;
  secret: boolean;
  mayStayOnImage: boolean;
}): [string, string][] {
  if (mayStayOnImage && !secret) return [['mayStayOnImage', 'expected a parameter that is secret']];
  if (secret) {
    const isReference = value === undefined || parseSecret(value) !== undefined;
    return [
      ...(isReference ? [] : [['default', `expected ${SECRET_REFERENCE}`] as [string, string]]),
      ...(pattern === undefined
        ? []
        : [['pattern', 'expected none: Kiln never sees a secret'] as [string, string]]),
    ];
  }
  if (value === undefined || isSsmReference(value)) return [];
  if (value.startsWith('resolve:'))
    return [['default', expected('a text or resolve:ssm:NAME')({ input: value })]];
  if (pattern === undefined || !isRegularExpression(pattern) || matches(pattern, value)) return [];
  return [['default', `expected a value that matches ${pattern}, got ${show(value)}`]];
}

/** How a base instance is made ready to become an image. */
const Prepare = z
  .union(
    [
      z.literal('none'),
      section({
        within: duration('1m', '6h')
          .prefault('30m')
          .describe('How long the preparation may take, the end of the user data included.'),
      }),
    ],
    { error: expected('none, or a mapping with the key within') },
  )
  .prefault({});

/** See https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET =
  /^(?!xn--|sthree-)(?!\d+\.\d+\.\d+\.\d+(\/|$))(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[\w!.'()/-]+)?$/;

const Base = section({
  image: text(
    /^(ami-([0-9a-f]{8}|[0-9a-f]{17})|resolve:ssm:[\w./-]+(:[\w.-]+)?|image-of:[a-z][a-z0-9-]{0,29})$/,
    'an AMI id (ami-…), resolve:ssm:NAME or image-of:PIPELINE',
  ).describe(
    'The image to start from: an AMI id, resolve:ssm:NAME of the SSM parameter that holds one, or image-of:PIPELINE for the newest good image of another pipeline.',
  ),
  instanceType: text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an instance type such as t3.micro').describe(
    'Instance type of the base instance. Its architecture must be the image’s.',
  ),
  volumeSize: whole(1, 16_384, 'GiB as a whole number')
    .default(8)
    .describe('Size of the root volume in GiB.'),
  userData: text(/^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\0\\]+$/, 'a file in the folder of the pipeline')
    .default('user-data.sh')
    .describe('The script that makes the base instance what the image shall be.'),
  keyName: z
    .string({ error: expected('the name of an EC2 key pair') })
    .min(1, { error: expected('the name of an EC2 key pair') })
    .max(255, { error: expected('the name of an EC2 key pair, at most 255 characters') })
    .regex(/^(?! )[ -~]*(?<! )$/, {
      error: expected('the name of an EC2 key pair: ASCII characters, no spaces at its ends'),
    })
    .optional()
    .describe('An EC2 key pair for the base instance. No port is opened for it.'),
  prepare: Prepare.describe(
    'How the base instance is prepared by SSM Run Command, prepare.sh included; none for images without an SSM agent.',
  ),
  buckets: distinct(text(BUCKET, 'the name of an S3 bucket, or bucket/prefix'), 'a list of S3 buckets')
    .optional()
    .describe(
      'S3 buckets that base instances may read beside the artifacts bucket: the name of each, with /prefix if only what begins so.',
    ),
});

const Healthy = section({
  port: whole(1, 65_535, 'a port').default(80).describe('The port that the site answers on.'),
  path: text(SITE_PATH, 'a path that starts with one / and has no spaces, control characters, \\ or #')
    .default('/')
    .describe('The path that is asked for.'),
  status: whole(200, 599, 'an HTTP status').default(200).describe('The status that the answer must have.'),
  contains: z
    .string({ error: expected('a text that is in the answer') })
    .min(1, { error: expected('a text that is in the answer') })
    .max(1000, { error: 'expected at most 1000 characters' })
    .optional()
    .describe('A text that the body of the answer must contain.'),
  times: whole(1, 10).default(3).describe('How many times in a row the site must answer so.'),
  within: duration('30s', '2h').prefault('10m').describe('How long the site may take until it does.'),
});

/** What is looked at on the server that tests an image, without being asked. */
export const CHECKS = [
  'cloudInit',
  'identity',
  'failedUnits',
  'enabledServices',
  'worldWritable',
  'diskSpace',
] as const;
export type Check = (typeof CHECKS)[number];

const Reason = z
  .string({ error: expected('a text that says why') })
  .min(1, { error: expected('a text that says why') })
  .max(500, { error: expected('a text of at most 500 characters') });

const SkippedChecks = section(
  Object.fromEntries(
    CHECKS.map((name) => [name, Reason.optional().describe(`Why the check ${name} is not made.`)]),
  ) as Record<Check, z.ZodOptional<typeof Reason>>,
);

const Scan = section({
  max: z
    .enum(['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH'], {
      error: expected('INFORMATIONAL, LOW, MEDIUM or HIGH'),
    })
    .describe('The worst severity that a vulnerability on the image may have.'),
  fixAvailable: flag()
    .default(true)
    .describe('Whether only those count that there is a fix for, of all or of a part of them.'),
  onFail: z
    .enum(['stop', 'warn'], { error: expected('stop or warn') })
    .default('stop')
    .describe(
      'What becomes of a build whose image has worse on it, or was not scanned: it fails, or goes on and its record tells.',
    ),
  within: duration('5m', '6h').prefault('1h').describe('How long Inspector may take to scan the server.'),
}).describe(
  'How bad what Amazon Inspector finds on the image may be. Without it nobody asks Inspector, which costs.',
);

/** An SSM parameter in which Kiln names an image. */
function imageParameter() {
  return text(
    /^(?!\/([aA][wW][sS]|[sS][sS][mM])(\/|$))(\/[\w.-]+){1,15}$/,
    'the full name of an SSM parameter such as /kiln/web/image',
  ).max(1011, { error: expected('at most 1011 characters') });
}

const Image = section({
  test: flag().default(true).describe('Whether the image is booted once, and tested, before it is used.'),
  testWithin: duration('1m', '6h')
    .prefault('30m')
    .describe(
      'How long the tests on the image may take: the boot of the server, the checks, and tests/*.sh.',
    ),
  skipChecks: SkippedChecks.prefault({}).describe(
    'Checks that are not made on the server that tests the image: the name of each, and why.',
  ),
  scan: Scan.optional(),
  rebuildAfter: duration('1d', '365d')
    .optional()
    .describe(
      'How old an image may be that is used again where nothing that shapes it has changed. Without it any age.',
    ),
  keep: whole(1, 100).default(5).describe('How many good images of this pipeline are kept.'),
  deprecateAfter: duration('1d', '3650d')
    .prefault('90d')
    .describe('When EC2 lists the image as deprecated, after its creation.'),
  copyTo: distinct(
    text(/^[a-z]{2,3}(-[a-z]+)+-\d$/, 'the name of a region such as eu-north-1'),
    'a list of regions',
  )
    .default([])
    .describe('Further regions that the image is copied to.'),
  shareWith: distinct(text(/^\d{12}$/, 'the 12 digits of an account id, in quotes'), 'a list of account ids')
    .default([])
    .describe('Accounts that may launch the image. It cannot be made public: its volumes are encrypted.'),
  parameter: imageParameter()
    .optional()
    .describe('The SSM parameter that always names the newest good image.'),
  channels: section({
    tested: imageParameter()
      .optional()
      .describe('The SSM parameter that names the newest image that has passed its test.'),
    proven: imageParameter()
      .optional()
      .describe('The SSM parameter that names the newest image with which a fleet was verified.'),
  })
    .optional()
    .describe('SSM parameters that name an image as soon as so much is known of it.'),
}).superRefine(({ parameter, channels = {} }, context) => {
  const names = [parameter, channels.tested, channels.proven].filter((name) => name !== undefined);
  if (new Set(names).size < names.length)
    context.addIssue({
      code: 'custom',
      path: ['channels'],
      message: 'expected SSM parameters that differ, from each other and from image.parameter',
    });
});

/** AWS has one delay for all checkpoints, and wants the last of them at 100. */
const Checkpoints = section({
  at: distinct(whole(1, 99, 'a whole percentage'), 'a list of percentages')
    .min(1, { error: 'expected at least one percentage' })
    .refine((at) => at.every((percentage, index) => index === 0 || percentage > (at[index - 1] ?? 0)), {
      error: 'expected the percentages in ascending order',
    })
    .describe('Percentages of the servers that are new after which the refresh waits.'),
  wait: duration('0s', '2d').prefault('1h').describe('How long it waits at each.'),
}).describe('Where the refresh waits, so that people and alarms can look.');

/** So long a build waits for a refresh (`AwaitRefresh` of the state machine). Hours. */
const REFRESH_HOURS = 72;

const Target = section({
  autoScalingGroup: text(/^[ -9;-~]{1,255}$/, 'the name of an Auto Scaling group').describe(
    'The Auto Scaling group that is refreshed.',
  ),
  minHealthy: whole(0, 100, 'a whole percentage')
    .optional()
    .describe(
      "Percentage of the desired capacity that stays in service during the refresh. Without it and maxHealthy: the group's instance maintenance policy, or 100.",
    ),
  maxHealthy: whole(100, 200, 'a whole percentage')
    .optional()
    .describe(
      "Percentage of the desired capacity that the group may grow to during the refresh. Without it and minHealthy: the group's instance maintenance policy, or 110.",
    ),
  alarms: distinct(
    text(/^[ -~]{1,255}$/, 'the name of a CloudWatch alarm'),
    'a list of names of CloudWatch alarms',
  )
    .max(10, { error: 'expected at most 10 alarms' })
    .default([])
    .describe('CloudWatch alarms: the refresh fails, and is rolled back, when one goes off.'),
  checkpoints: Checkpoints.optional(),
  skipMatching: flag()
    .default(true)
    .describe('Whether servers that run the new version already are left as they are.'),
  scaleInProtected: z
    .enum(['wait', 'ignore', 'refresh'], { error: expected('wait, ignore or refresh') })
    .default('wait')
    .describe(
      'What becomes of servers that are protected from scale-in: waited for, for an hour; left as they are; or replaced.',
    ),
  standby: z
    .enum(['wait', 'ignore', 'terminate'], { error: expected('wait, ignore or terminate') })
    .default('wait')
    .describe(
      'What becomes of servers in Standby: waited for, for an hour; left as they are; or terminated.',
    ),
  warmup: duration('0s', '1d')
    .optional()
    .describe('How long a new server warms up before it counts. Without it: what the group says.'),
  bake: duration('0s', '2d')
    .prefault('0s')
    .describe('How long the refresh watches the new fleet at its end.'),
  autoRollback: flag()
    .default(true)
    .describe(
      'Whether AWS puts the old version back when the refresh fails, and Kiln when the fleet is not healthy after it.',
    ),
  initialCapacity: whole(1, 1000)
    .default(1)
    .describe('How many servers the first image scales the group out to, from zero.'),
  minCapacity: whole(1, 1000)
    .optional()
    .describe(
      "What the first image raises the group's MinSize to, so that no scaling policy leaves fewer servers. Without it MinSize stays.",
    ),
  verify: z
    .enum(['site', 'targetGroup'], { error: expected('site or targetGroup') })
    .default('site')
    .describe(
      'How the fleet is verified: each server is asked for the site as healthy says, at the port of its target group or Classic Load Balancer; or these are believed.',
    ),
  userData: z
    .enum(['drop', 'keep'], { error: expected('drop or keep') })
    .optional()
    .describe(
      "What becomes of user data that the group's launch template carries: a new server runs it over what is on the image. Needed where there is some.",
    ),
}).superRefine((target, context) => {
  const { initialCapacity, minCapacity = 0 } = target;
  const { minHealthy, maxHealthy } = chooseHealthy(target);
  if (minCapacity > initialCapacity) {
    context.addIssue({
      code: 'custom',
      path: ['minCapacity'],
      message: `expected at most initialCapacity (${initialCapacity}), got ${minCapacity}`,
    });
  }
  const { checkpoints, bake } = target;
  const hours = ((checkpoints?.at.length ?? 0) * (checkpoints?.wait ?? 0) + bake) / 3600;
  if (hours >= REFRESH_HOURS) {
    context.addIssue({
      code: 'custom',
      path: ['checkpoints'],
      message: `expected less than ${REFRESH_HOURS / 24} days for the waits at all of them and bake, got ${Math.round(hours)} hours`,
    });
  }
  if (maxHealthy - minHealthy > 100) {
    context.addIssue({
      code: 'custom',
      path: ['maxHealthy'],
      message: `expected at most 100 more than minHealthy (${minHealthy}), got ${maxHealthy}`,
    });
  }
});

/** Iterations of an inline Map that Step Functions runs side by side: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const MOST_TARGETS = 40;

const Rollout = list(Target, 'a list of targets').superRefine((targets, context) => {
  if (targets.length > MOST_TARGETS) {
    context.addIssue({
      code: 'custom',
      message: `expected at most ${MOST_TARGETS} groups, got ${targets.length}: the others need a pipeline of their own`,
    });
  }
  targets.forEach(({ autoScalingGroup }, at) => {
    if (targets.findIndex((target) => target.autoScalingGroup === autoScalingGroup) < at) {
      context.addIssue({
        code: 'custom',
        path: [at, 'autoScalingGroup'],
        message: `expected each group once, ${show(autoScalingGroup)} is there twice`,
      });
    }
  });
});

const Cron = z
  .string({ error: expected("a cron expression such as '0 3 * * ? *'") })
  .refine((cron) => findCronProblem(cron) === undefined, {
    error: ({ input }) => findCronProblem(String(input)) ?? '',
  });

const Timezone = z
  .string({ error: expected('an IANA time zone such as Europe/Oslo') })
  .refine(isTimeZone, { error: expected('an IANA time zone such as Europe/Oslo') })
  .default('UTC');

const Schedule = section({
  cron: Cron.describe(
    'When: minutes, hours, day of month, month, day of week, year, as EventBridge Scheduler reads it.',
  ),
  timezone: Timezone.describe('The time zone that the schedule is in, daylight saving included.'),
  splay: duration('1m', '24h')
    .optional()
    .describe(
      'How much later it may begin: pipelines that have the same time do not begin at once. Whole minutes.',
    ),
});

const EventPattern = z
  .record(z.string(), z.unknown(), { error: expected('an EventBridge event pattern') })
  .refine((pattern) => findPatternProblem(pattern) === undefined, {
    error: ({ input }) => findPatternProblem(input) ?? '',
  });

/** A path that EventBridge takes within a template: what it reads as a variable, or as the end of a text, stands in none. */
const FieldPath = z
  .string({ error: expected('the JSON path of a field, such as $.detail.revision') })
  .refine((path) => isDefinitePath(path) && !/[<>"\\]/.test(path) && path !== '$', {
    error: expected('the JSON path of a field, such as $.detail.revision'),
  });

/**
 * EventBridge takes 8,192 characters of a template, in which the pipeline and the event are named, too.
 * See https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html
 */
const MOST_MAPPED = 8000;

const Event = section({
  pattern: EventPattern.describe('An EventBridge event pattern.'),
  parameters: z
    .record(ParameterName, FieldPath, { error: expected('a mapping from names of parameters to JSON paths') })
    .refine((paths) => JSON.stringify(paths).length <= MOST_MAPPED, {
      error: `expected at most ${MOST_MAPPED} characters of JSON: EventBridge takes no longer template`,
    })
    .default({})
    .describe(
      'Parameters that are taken from fields of the event: the name of each, and the JSON path of its field.',
    ),
});

const Triggers = section({
  schedule: Schedule.optional().describe('Builds at fixed times.'),
  imageOf: text(/^[a-z][a-z0-9-]{0,29}$/, 'the name of a pipeline')
    .optional()
    .describe('Another pipeline: a new image of it starts a build.'),
  events: list(Event, 'a list of events')
    .max(20, { error: 'expected at most 20 events' })
    .default([])
    .describe('Builds whenever an event matches.'),
  holdAfter: whole(1, 100)
    .default(3)
    .describe(
      'After so many failures in a row of builds that schedules and events started, they start nothing until a build of a person succeeds.',
    ),
});

const OnFailure = section({
  hold: duration('5m', '24h').describe(
    'How long the server on which a build failed is kept for people to look at.',
  ),
}).describe('What becomes of the server on which a build failed. Without it that goes at once.');

const APPROVAL = expected(
  'none, required, or a mapping with the keys required, within, onTimeout, approvers',
);

/** Whether a rollout waits for a person. */
const Approval = z
  .union(
    [
      z.enum(['none', 'required']),
      section({
        required: flag().default(true).describe('Whether it waits at all.'),
        within: duration('5m', '7d').prefault('1d').describe('How long it waits.'),
        onTimeout: z
          .enum(ON_TIMEOUT, { error: expected('stop, rollback or continue') })
          .default('stop')
          .describe(
            'What becomes of the build if nobody says anything. stop: it ends, and what it made is removed. rollback: the same, the pipeline stays with the image before, and no build makes or uses this one again, unless somebody says force. continue: it rolls out.',
          ),
        approvers: z
          .enum(['any', 'other'], { error: expected('any or other') })
          .default('any')
          .describe('Whether who has asked for a build may approve it.'),
      }),
    ],
    { error: APPROVAL },
  )
  .default('none');

/** When a rollout may begin. */
const Window = section({
  cron: Cron.describe(
    'When it opens: minutes, hours, day of month, month, day of week, year, as EventBridge Scheduler reads it.',
  ),
  duration: duration('5m', '7d').describe('How long it is open.'),
  timezone: Timezone.describe('The time zone that it is in, daylight saving included.'),
});

/**
 * What a pipeline file says. The single source: it validates the file when the service is packaged and again when it
 * runs, types the code, and is what `docs/pipeline.schema.json` is generated from. Durations are in seconds.
 */
export const PipelineDefinition = section({
  description: z
    .string({ error: expected('a text') })
    .max(255, { error: 'expected at most 255 characters' })
    // EC2: "Character sets beyond ASCII are not supported."
    .regex(/^[ -~]*$/, {
      error: expected('a text of ASCII characters in one line, since EC2 takes no others'),
    })
    .default('')
    .describe('What the pipeline is for. Becomes the description of its images.'),
  base: Base.describe('The base instance: what the image is made of.'),
  parameters: z
    .record(ParameterName, Parameter, { error: expected('a mapping from names to parameters') })
    .default({})
    .describe('Values that a build may be given. The user data finds them as variables of the shell.'),
  healthy: Healthy.prefault({}).describe('When the site counts as healthy.'),
  image: Image.prefault({}).describe('What becomes of the image.'),
  onFailure: OnFailure.optional(),
  rollout: Rollout.default([]).describe('Where the image is rolled out to, each at the same time.'),
  triggers: Triggers.prefault({}).describe('What starts a build, beside people.'),
  whenBusy: z
    .enum(['queue', 'reject'], { error: expected('queue or reject') })
    .default('queue')
    .describe(
      'What becomes of a request while a build runs: queue keeps the newest one of a person and the newest of a schedule or an event after it, reject refuses.',
    ),
  approval: Approval.describe(
    'Whether a rollout waits for a person: none, required, or a mapping that says for how long and who may approve it.',
  ),
  windows: list(Window, 'a list of windows')
    .max(20, { error: 'expected at most 20 windows' })
    .default([])
    .describe(
      'Times in which a rollout may begin. Without them it begins at any time. A build that could not begin in the next one, nor within eight days, ends, and what it made is removed.',
    ),
}).superRefine(({ parameters, triggers, base, image }, context) => {
  const lacking = !image.test ? 'image.test: true' : base.prepare === 'none' ? 'an agent (base.prepare)' : '';
  if (image.scan && lacking)
    context.addIssue({
      code: 'custom',
      path: ['image', 'scan'],
      message: `expected ${lacking} beside it: Inspector scans the server that tests the image, through its SSM agent`,
    });
  triggers.events.forEach((event, at) => {
    for (const name of Object.keys(event.parameters)) {
      const isThere = Object.hasOwn(parameters, name);
      if (isThere && !parameters[name]?.secret) continue;
      context.addIssue({
        code: 'custom',
        path: ['triggers', 'events', at, 'parameters', name],
        message: isThere
          ? 'expected a parameter that is not secret: what is in an event is read by many'
          : 'expected the name of a parameter of this pipeline',
      });
    }
  });
});

export type PipelineDefinition = z.infer<typeof PipelineDefinition>;

function isRegularExpression(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}
