import * as z from 'zod';
import { ON_TIMEOUT } from '../wait/on-timeout';

/** What the API answers, as docs/openapi.json tells it. A test holds the answers that are given to it. */

const Time = z.iso.datetime().describe('ISO 8601, UTC');
const Name = z.string();
const Group = z.string().describe('The name of an Auto Scaling group');

const STATUSES = [
  'QUEUED',
  'SUPERSEDED',
  'SKIPPED',
  'RUNNING',
  'SUCCEEDED',
  'UP_TO_DATE',
  'FAILED',
  'ABORTED',
  'TIMED_OUT',
] as const;

export const Status = z.enum(STATUSES).describe('How a build is, or how it ended').meta({ id: 'Status' });

export const Problem = z
  .strictObject({
    type: z.string().describe('The kind of the problem, a name that stays: urn:kiln:problem:UnknownBuild'),
    title: z.string().describe('The kind of the problem in words'),
    status: z.int().describe('The HTTP status'),
    detail: z.string().describe('What is wrong, where, and what to do'),
    error: z.string().describe('The name of the error'),
    errors: z
      .array(z.strictObject({ field: z.string().describe('body.parameters.SITE'), detail: z.string() }))
      .optional()
      .describe('The fields of the request that are wrong'),
  })
  .describe('A problem as RFC 9457 has it')
  .meta({ id: 'Problem' });

export const Accepted = z
  .strictObject({ id: Name, pipeline: Name, status: Status, href: z.string().describe('/builds/{id}') })
  .describe('A build that was accepted')
  .meta({ id: 'Accepted' });

const Trigger = z.strictObject({
  kind: z.enum(['http', 'schedule', 'event', 'manual']),
  by: z.string().optional().describe("Who or what it was: the caller's ARN, the event"),
});

const Failure = z.strictObject({ name: Name, message: z.string(), stage: Name.optional() });

const Resolved = z.strictObject({
  value: z.string(),
  from: z.enum(['request', 'event', 'release', 'rollback', 'default']),
  before: z.string().optional().describe('In the release that was deployed before'),
});

const Stage = z
  .strictObject({
    stage: z.string().describe('The name of the state'),
    autoScalingGroup: Group.optional(),
    region: z.string().optional(),
    startedAt: Time,
    endedAt: Time.optional(),
    outcome: z.enum(['running', 'succeeded', 'failed', 'stopped']),
    waitsFor: z.string().optional(),
    says: z.string().optional().describe('What AWS, or the site, said when it was last looked at'),
    seenAt: Time.optional(),
  })
  .meta({ id: 'Stage' });

const Gone = z.strictObject({ at: Time, why: z.string() });

const MadeVersion = z.strictObject({ launchTemplateId: Name, reference: z.string(), version: z.string() });

const Rollout = z
  .strictObject({
    autoScalingGroup: Group,
    launchTemplateId: Name,
    version: z.string().describe('The launch template version that the build made'),
    others: z.array(MadeVersion).optional(),
    refreshId: z.string().optional(),
    ringing: z
      .array(z.string())
      .optional()
      .describe('Alarms that did not watch over it: they rang before this hotfix was planned'),
    verified: z
      .strictObject({
        by: z.enum(['site', 'targetGroup', 'nothing']),
        servers: z.int(),
        isEmptyOnPurpose: z.literal(true).optional(),
        left: z.array(z.strictObject({ instanceId: Name, version: z.string(), why: z.string() })).optional(),
        leftInAll: z.int().optional(),
      })
      .optional(),
    broughtBackBy: z.string().optional().describe('The refresh that brings the group back'),
    notBack: z
      .strictObject({ at: Time, why: z.string(), tellingAt: Time.optional(), toldAt: Time.optional() })
      .optional(),
    otherDefault: z.string().optional(),
  })
  .meta({ id: 'Rollout' });

const Package = z.strictObject({ name: Name, version: z.string() });

const PackageChanges = z.strictObject({
  since: z.string().describe('The build of the image before'),
  counts: z.strictObject({ added: z.int(), removed: z.int(), upgraded: z.int() }),
  added: z.array(Package),
  removed: z.array(Package),
  upgraded: z.array(z.strictObject({ name: Name, from: z.string(), to: z.string() })),
  kernel: z.strictObject({ from: z.string(), to: z.string() }).optional(),
});

const Scanned = z.strictObject({
  outcome: z.enum(['passed', 'failed', 'missing']),
  why: z.string().optional(),
  ignored: z.literal(true).optional(),
  scannedAt: z.string().optional(),
  counts: z.record(z.string(), z.int()).optional(),
  worstByEc2: z.string().optional(),
  refused: z
    .array(z.strictObject({ title: z.string(), severity: z.string(), fixedIn: z.string().optional() }))
    .optional(),
  key: z.string().optional(),
  changes: z
    .strictObject({
      since: z.string(),
      counts: z.strictObject({ added: z.int(), gone: z.int() }),
      added: z.array(z.string()),
      gone: z.array(z.string()),
    })
    .optional(),
});

const Revocation = z.strictObject({
  at: Time,
  by: z.string().optional(),
  reason: z.string().optional(),
});

const Gate = z
  .strictObject({
    since: Time,
    expiresAt: Time.describe('When the wait ends by itself'),
    onTimeout: z.enum(ON_TIMEOUT).describe('What becomes of the build then'),
    approvers: z.enum(['any', 'other']).optional(),
    opensAt: Time.optional(),
    decision: z.enum(['approved', 'rejected', 'promoted', 'superseded', 'expired']).optional(),
    decidedAt: Time.optional(),
    by: z.string().optional().describe('Who has decided it: a caller, or the build that took its place'),
    reason: z.string().optional(),
    resumedAt: Time.optional().describe('When the build went on'),
    toldAt: Time.optional(),
  })
  .describe('What a build waits for before it rolls out, while it holds nothing')
  .meta({ id: 'Gate' });

const Act = z.strictObject({
  at: Time,
  act: z.enum(['abort', 'approve', 'reject', 'promote']),
  by: z.string().optional().describe('The ARN of the caller'),
  reason: z.string().optional(),
  now: z.literal(true).optional(),
  skip: z.enum(['wait', 'window', 'all']).optional(),
});

export const Build = z
  .strictObject({
    id: Name,
    pipeline: Name,
    status: Status,
    trigger: Trigger,
    parameters: z.record(z.string(), z.string()).describe('As the request gave them'),
    acts: z.array(Act).optional().describe('What people have done to it'),
    approval: Gate.optional(),
    window: Gate.optional(),
    requestedAt: Time,
    startedAt: Time.optional(),
    endedAt: Time.optional(),
    resolved: z.record(z.string(), Resolved).optional().describe('Every parameter of the pipeline'),
    once: z.boolean().optional(),
    force: z.boolean().optional(),
    rollout: z.boolean().optional().describe('False: it is baked and published only'),
    hotfix: z.boolean().optional().describe('That it waited for no window, nor for alarms to be silent'),
    reason: z.string().optional(),
    rollback: z
      .strictObject({ build: Name, from: Name.optional().describe('The build that made the image before') })
      .optional()
      .describe('That an earlier image is rolled out again'),
    version: z.string().optional().describe('The version of the pipeline, of one that was pushed'),
    fingerprint: z.string().optional(),
    baseImageId: z.string().optional().describe('The image that it was baked from'),
    baseBuild: Name.optional().describe(
      'The build that made that image, of the pipeline that image-of names',
    ),
    imageId: z.string().optional().describe('The image that it rolls out'),
    reused: z
      .strictObject({ build: Name, imageId: z.string() })
      .optional()
      .describe('That the image is that of an earlier build'),
    changed: z
      .array(z.string())
      .optional()
      .describe('Why it bakes: what is otherwise than of the image that was served then'),
    rolledBack: z
      .strictObject({
        at: Time,
        by: Name,
        why: z.string().optional().describe('Where nobody asked for that: what made it so'),
      })
      .optional()
      .describe('That its image was gone back from, by which build'),
    revoked: Revocation.optional().describe('That a person called its image bad'),
    unrevoked: z
      .array(z.strictObject({ at: Time, by: z.string().optional(), reason: z.string(), revoked: Revocation }))
      .optional()
      .describe('The revocations of its image that were taken back'),
    imageGone: Gone.optional(),
    copies: z
      .array(z.strictObject({ region: z.string(), imageId: z.string(), gone: Gone.optional() }))
      .optional(),
    prepared: z
      .strictObject({
        by: z.enum(['agent', 'none']),
        ownScript: z.literal(true).optional(),
        warnings: z.array(z.string()).optional(),
      })
      .optional(),
    tested: z
      .strictObject({ tests: z.array(z.string()), skipped: z.record(z.string(), z.string()).optional() })
      .optional(),
    scanned: Scanned.optional(),
    bom: z
      .strictObject({ key: z.string(), packages: z.int(), kernel: z.string().optional() })
      .optional()
      .describe('The list of what is on the image: an object in the artifacts bucket'),
    packageChanges: PackageChanges.optional(),
    rollouts: z.array(Rollout),
    heldServer: z
      .strictObject({
        instanceId: Name,
        purpose: z.enum(['base', 'test', 'fleet']),
        autoScalingGroup: Group.optional(),
        until: Time,
        gone: Time.optional(),
      })
      .optional()
      .describe('The server on which the build failed, which is held for people'),
    notHeld: z.array(z.string()).optional(),
    error: Failure.optional().describe('Why it did not succeed'),
    late: z.array(z.string()).optional().describe('What was undone after its end'),
    left: z.array(z.string()).optional().describe('What could not be undone'),
    unchecked: z.array(z.string()).optional().describe('Checks that its plan could not make'),
    stages: z.array(Stage),
  })
  .describe('A build')
  .meta({ id: 'Build' });

export const Hold = z
  .strictObject({
    since: Time.optional(),
    by: z.string().optional().describe('Who holds it: the ARN of the caller'),
    reason: z.string().optional(),
    allow: z.array(z.string()).optional().describe('Who may start builds all the same'),
    builds: z.array(z.string()).optional().describe('Those that failed in a row'),
    message: z.string(),
  })
  .describe('Why schedules and events start nothing')
  .meta({ id: 'Hold' });

const HoldAct = z.strictObject({
  at: Time,
  act: z.enum(['hold', 'resume', 'push', 'removePushed']),
  version: z.string().optional().describe('Which was pushed, or removed'),
  kind: z.enum(['person', 'rollback']).optional(),
  by: z.string().optional(),
  reason: z.string().optional(),
  allow: z.array(z.string()).optional(),
  build: Name.optional(),
});

export const HeldPipeline = z
  .strictObject({ pipeline: Name, hold: Hold.optional() })
  .meta({ id: 'HeldPipeline' });

export const Builds = z
  .strictObject({
    builds: z.array(Build).describe('Newest first'),
    next: z.string().optional().describe('To be given as ?next= for the following page'),
    held: Hold.optional(),
  })
  .meta({ id: 'Builds' });

const Usage = z
  .strictObject({
    servers: z
      .array(
        z.strictObject({
          purpose: z.enum(['base', 'test', 'rollout']),
          autoScalingGroup: Group.optional(),
          instanceType: z.string(),
          orTypes: z.array(z.string()).optional().describe('Types of which AWS may take another'),
          count: z.int().describe('How many run at the same time, at most, beside those that ran before'),
          seconds: z
            .strictObject({ least: z.int(), most: z.int(), builds: z.int() })
            .optional()
            .describe('How long each runs, by earlier builds'),
          stay: z.literal(true).optional().describe("Those of a group's first image, which run from then on"),
          volumeSize: z.int().optional().describe('GB of gp3 that each has'),
          publicAddress: z.literal(true).optional().describe('That each has a public IPv4 address'),
        }),
      )
      .describe('Servers that run beside those that ran before'),
    snapshots: z
      .array(z.strictObject({ region: z.string(), size: z.int().describe('GB, at most') }))
      .describe('What is kept of a new image'),
    usageOperation: z
      .string()
      .optional()
      .describe('What AWS calls the licence that servers run under: RunInstances is Linux'),
  })
  .describe('What a build uses that AWS charges for')
  .meta({ id: 'Usage' });

export const Preview = z
  .strictObject({
    id: z.string().describe('To be given as plan of a request for a build'),
    pipeline: Name,
    at: Time,
    expiresAt: Time.describe('Until when a build may be started with it'),
    resolved: z.record(z.string(), Resolved),
    image: z.strictObject({
      bakes: z.boolean(),
      reuse: z.strictObject({ build: Name, imageId: z.string() }).optional(),
      why: z.array(z.string()).optional().describe('Why it bakes'),
    }),
    changes: z
      .array(
        z.strictObject({ what: z.string(), before: z.string().optional(), after: z.string().optional() }),
      )
      .describe('What is otherwise than of the image that is served: values, or hashes of them'),
    targets: z.array(
      z.strictObject({
        autoScalingGroup: Group,
        action: z.enum(['rollOut', 'skip']),
        servers: z.int(),
        fromVersion: z.string(),
        why: z.string().optional(),
      }),
    ),
    blockers: z.array(z.string()).describe('What would stop it'),
    notKnown: z.array(z.string()).describe('What only a server could tell, or Kiln may not look at'),
    running: Name.optional().describe('The build that runs now'),
    supersedes: Name.optional().describe(
      'The build that waits for approval or its window, and whose place it would take',
    ),
    hold: Hold.optional(),
    approval: z
      .strictObject({
        within: z.int().describe('Seconds'),
        onTimeout: z.enum(ON_TIMEOUT),
        approvers: z.enum(['any', 'other']),
      })
      .optional()
      .describe('That a person must approve the rollout'),
    window: z
      .strictObject({ isOpen: z.boolean(), opensAt: Time, closesAt: Time })
      .optional()
      .describe('When the rollout may begin, were it ready now'),
    seconds: z
      .strictObject({ least: z.int(), most: z.int(), builds: z.int() })
      .optional()
      .describe('How long earlier builds like it took'),
    undoSeconds: z.int().optional(),
    usage: Usage.optional(),
  })
  .describe('What a build would do now')
  .meta({ id: 'Plan' });

export const Pipeline = z
  .strictObject({
    name: Name,
    description: z.string(),
    release: z
      .strictObject({ build: Name, parameters: z.record(z.string(), z.string()) })
      .optional()
      .describe('What is deployed: the parameters that were given, and the build that brought them'),
    serving: z.strictObject({ build: Name, imageId: z.string().optional() }).optional(),
    hold: Hold.optional(),
    running: z
      .strictObject({ id: Name, status: Status, stage: Name.optional() })
      .optional()
      .describe('The build that runs now'),
    waiting: z
      .strictObject({ id: Name, status: Status, stage: Name.optional() })
      .optional()
      .describe('The build that waits for approval or for its window, and holds up nobody'),
    queued: z.array(Name).describe('The builds that wait, in the order of their turns'),
    last: z
      .strictObject({ id: Name, status: Status, endedAt: Time.optional() })
      .optional()
      .describe('The last build that has ended'),
    schedule: z
      .strictObject({
        cron: z.string(),
        timezone: z.string(),
        splay: z.int().optional().describe('How much later it may begin, in seconds'),
        next: Time.optional(),
      })
      .optional(),
    version: z.string().optional().describe('The version that holds, where one was pushed'),
    groups: z.array(Group),
    parameters: z
      .record(
        z.string(),
        z.strictObject({
          default: z.string().optional(),
          pattern: z.string().optional(),
          secret: z.boolean(),
          mayStayOnImage: z.boolean(),
        }),
      )
      .describe('What a build can be given'),
    acts: z
      .array(HoldAct)
      .optional()
      .describe('Who has held and resumed it, newest first; of one pipeline alone'),
    href: z.string().describe('/pipelines/{pipeline}'),
  })
  .describe('A pipeline')
  .meta({ id: 'Pipeline' });

export const Pipelines = z
  .strictObject({
    pipelines: z.array(Pipeline),
    next: z.string().optional().describe('To be given as ?next= for the following page'),
    problems: z
      .array(z.string())
      .optional()
      .describe(
        'What is wrong with pipelines that were pushed, or with how they fit each other; those that cannot be read are not listed. On the first page',
      ),
  })
  .meta({ id: 'Pipelines' });

export const Pushed = z
  .strictObject({
    pipeline: Name,
    version: z.string().describe('The name of its content'),
    holdsAlready: z.boolean().describe('That nothing is otherwise than what holds'),
    before: z.string().optional().describe('The version that held before, where one was pushed'),
    changes: z
      .array(z.strictObject({ path: z.string(), how: z.enum(['added', 'changed', 'removed']) }))
      .optional()
      .describe('The files that are otherwise than before'),
  })
  .describe('A version of a pipeline that holds for builds that are planned from now on')
  .meta({ id: 'Pushed' });

export const Removed = z
  .strictObject({ pipeline: Name, before: z.string().describe('The version that held before') })
  .meta({ id: 'Removed' });
