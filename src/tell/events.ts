import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import * as z from 'zod';
import { eventBridge } from '../aws/event-bridge';
import { TransientFailure } from '../errors';
import { ownService } from '../tags';
import { ON_TIMEOUT } from '../wait/on-timeout';

const Name = z.string();
const Time = z.string().describe('ISO 8601, UTC');

/** What all have in common. */
const common = { service: z.string().describe('Which deployment: kiln-prod@eu-north-1') };
const ofBuild = { ...common, build: Name, pipeline: Name };

const Ended = z.looseObject({
  ...ofBuild,
  status: z.string(),
  imageId: z.string().optional(),
  reason: z.string().optional(),
  reused: z.strictObject({ build: Name, imageId: z.string() }).optional(),
  changed: z.array(z.string()).optional(),
  rollouts: z.record(z.string(), z.looseObject({ launchTemplateId: Name, version: z.string() })),
  error: z.strictObject({ name: Name, message: z.string(), stage: Name.optional() }).optional(),
});

/** What Kiln tells as events of source `kiln` on the default bus: the detail of each type. They may come twice. */
export const EVENTS = {
  'Build Started': z.looseObject({
    ...ofBuild,
    trigger: z.strictObject({ kind: z.string(), by: z.string().optional() }),
    reason: z.string().optional(),
    resolved: z.record(z.string(), z.looseObject({ value: z.string(), from: z.string() })).optional(),
  }),
  'Image Published': z.looseObject({
    ...ofBuild,
    imageId: z.string(),
    baseImageId: z.string().optional(),
    copies: z.array(z.strictObject({ region: z.string(), imageId: z.string() })),
    parameter: z.string().optional().describe('The SSM parameter that names it'),
  }),
  'Rollout Succeeded': z.looseObject({
    ...ofBuild,
    imageId: z.string(),
    groups: z.array(
      z.strictObject({
        autoScalingGroup: Name,
        version: z.string().describe('Of its launch template'),
        servers: z.int().describe('How many were verified'),
      }),
    ),
  }),
  'Build Succeeded': Ended,
  'Build Up To Date': Ended,
  'Build Failed': Ended,
  'Build Skipped': Ended,
  'Build Superseded': Ended,
  'Approval Needed': z.looseObject({
    ...ofBuild,
    imageId: z.string().optional(),
    expiresAt: Time.describe('Until when it waits'),
    onTimeout: z.enum(ON_TIMEOUT).describe('What becomes of the build then'),
    approvers: z.enum(['any', 'other']).optional(),
    trigger: z.strictObject({ kind: z.string(), by: z.string().optional() }),
    reason: z.string().optional(),
    changed: z.array(z.string()).optional().describe('Why it was baked'),
    autoScalingGroups: z.array(Name).describe('Where it would roll out to'),
  }),
  'Pipeline Held': z.looseObject({
    ...common,
    pipeline: Name,
    since: Time.optional(),
    message: z.string(),
    builds: z.array(Name).optional().describe('Those that failed in a row'),
    kind: z.enum(['person', 'rollback']).optional(),
    by: z.string().optional(),
    reason: z.string().optional(),
  }),
  'Drift Found': z.strictObject({
    ...common,
    pipeline: Name,
    autoScalingGroup: Name.optional().describe('Missing for the SSM parameter of a pipeline'),
    kind: z.string().describe('What is not as it should be'),
    found: z.string().describe('What was found in its place'),
    message: z.string().describe('The same in words'),
    servers: z.array(Name).describe('The servers that it is about, at most 100'),
    serversInAll: z.int(),
    want: z
      .strictObject({ build: Name, imageId: z.string().optional(), version: z.string() })
      .optional()
      .describe('What should run on the group'),
  }),
  'Resources Left Alone': z.strictObject({
    ...common,
    count: z.int(),
    resources: z.array(
      z.strictObject({ id: Name, region: z.string().optional(), build: Name, why: z.string() }),
    ),
  }),
} as const satisfies Record<string, z.ZodType>;
export type EventType = keyof typeof EVENTS;

/** An event, without what says from which deployment it is. */
export type KilnEvent = {
  [Type in EventType]: { type: Type; detail: Omit<z.input<(typeof EVENTS)[Type]>, 'service'> };
}[EventType];

/** As many entries as PutEvents takes. */
const EVENTS_A_CALL = 10;

/**
 * Emits events of this deployment on the default bus.
 *
 * @throws TransientFailure if EventBridge did not take one of them: all are to be emitted again
 */
export async function emit(...events: KilnEvent[]): Promise<void> {
  for (let at = 0; at < events.length; at += EVENTS_A_CALL) {
    const Entries = events.slice(at, at + EVENTS_A_CALL).map(({ type, detail }) => ({
      Source: 'kiln',
      DetailType: type,
      Detail: writeDetail({ service: ownService(), ...detail }),
    }));
    const answer = await eventBridge().send(new PutEventsCommand({ Entries }));
    const { Entries: answers = [], FailedEntryCount } = answer;
    // EventBridge refuses an event without failing the call.
    const index = answers.findIndex(({ ErrorCode }) => ErrorCode !== undefined);
    const { ErrorCode, ErrorMessage } = answers[index] ?? {};
    if (ErrorCode || FailedEntryCount)
      throw new TransientFailure(
        `EventBridge did not take the event ${Entries[index]?.DetailType ?? Entries[0]?.DetailType}: ${ErrorCode}, ${ErrorMessage}`,
      );
  }
}

/** EventBridge takes 256 kB an entry, with its source and type. Bytes. */
const MOST_DETAIL = 240_000;

interface Long {
  packageChanges?: { added: unknown[]; removed: unknown[]; upgraded: unknown[] } | undefined;
  error?: { message: string } | undefined;
}

/** An event that is too large is never taken: then the record alone tells which packages changed, and a message has an end. */
export function writeDetail(detail: Long & Record<string, unknown>): string {
  const text = JSON.stringify(detail);
  if (Buffer.byteLength(text) <= MOST_DETAIL) return text;
  const { packageChanges, error } = detail;
  return JSON.stringify({
    ...detail,
    packageChanges: packageChanges && { ...packageChanges, added: [], removed: [], upgraded: [] },
    error: error && { ...error, message: error.message.slice(0, 10_000) },
  });
}

/** The events as JSON Schema, for whoever takes them. */
export function describeEvents(): Record<string, unknown> {
  const of = (type: string, schema: z.ZodType) => {
    const { $schema: _version, ...detail } = z.toJSONSchema(schema, { io: 'output' });
    return {
      type: 'object',
      properties: { source: { const: 'kiln' }, 'detail-type': { const: type }, detail },
      required: ['source', 'detail-type', 'detail'],
    };
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'The events of Kiln on the default bus of EventBridge',
    oneOf: Object.entries(EVENTS).map(([type, schema]) => of(type, schema)),
  };
}
