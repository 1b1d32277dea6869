import type { MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';
import * as z from 'zod';
import { SITE_PATH } from '../pipeline/site/path';
import { ON_TIMEOUT } from '../wait/on-timeout';

/** Parameters as they come in. A name that every object inherits would be lost in silence. */
export const Parameters = z
  .custom<unknown>(
    (value) => typeof value !== 'object' || value === null || !Object.hasOwn(value, '__proto__'),
    {
      error: 'expected no parameter named __proto__',
    },
  )
  .pipe(z.record(z.string(), z.string()));

/** What a request says beside its parameters. */
export const Options = z.object({
  /** That the parameters are for this build only: the release stays what it is. */
  once: z.boolean().optional(),
  /** That an image is baked though nothing has changed, or though it was rolled back from. */
  force: z.boolean().optional(),
  /** False: the image is baked and published, and rolled out nowhere. */
  rollout: z.boolean().optional(),
  /** That it rolls out at once, in no window of its pipeline. */
  hotfix: z.boolean().optional(),
  /** Why it was asked for, in a person's words. */
  reason: z.string().optional(),
  /** The plan that the build does, or fails: `p-01J…`. */
  plan: z.string().optional(),
  /** That an earlier build's image is rolled out again: of which build. */
  rollback: z.object({ build: z.string() }).optional(),
});
export type Options = z.infer<typeof Options>;

/** The build, as it walks through the state machine. */
export const Build = z.object({ id: z.string(), pipeline: z.string() });

/** A build that has the lock of its pipeline, and the number under which it acts. */
export const Held = Build.extend({ fence: z.number() });
export type Held = z.infer<typeof Held>;

/** What every state of the machine is given: the build, and the name of the stage for the record. */
export const BuildState = z.object({ build: Build, stage: z.string() });

/** What a healthy site answers. */
export const Healthy = z.object({
  port: z.number(),
  path: z.string().regex(SITE_PATH),
  status: z.number(),
  contains: z.string().optional(),
  times: z.number(),
  within: z.number().describe('seconds'),
});

/** A launch template of a target, as Plan found it. */
export const TemplateState = z.object({
  launchTemplateId: z.string(),
  name: z.string().optional(),
  currentVersion: z.string(),
  reference: z.string(),
  defaultVersion: z.string(),
});
export type TemplateState = z.infer<typeof TemplateState>;

/** The version that a build made of a template which an override names, and what the override called the version before. */
export const MadeVersion = z.object({
  launchTemplateId: z.string(),
  reference: z.string(),
  version: z.string(),
});
export type MadeVersion = z.infer<typeof MadeVersion>;

/** A target of the rollout, as Plan found it. */
export const TargetState = z.object({
  autoScalingGroup: z.string(),
  launchTemplateId: z.string(),
  /** Of a mixed group: AWS may tell an override's template by its name alone. */
  launchTemplateName: z.string().optional(),
  /** The number of the version that the group uses now, whatever it calls it. */
  currentVersion: z.string(),
  /** What the group calls it: that number, `$Default` or `$Latest`. */
  reference: z.string(),
  /** The default version of the launch template. */
  defaultVersion: z.string(),
  /** The mixed instances policy of the group; undefined where it has a template alone. */
  policy: z.custom<MixedInstancesPolicy>((value) => typeof value === 'object' && value !== null).optional(),
  /** The further templates that overrides of that policy name, each once for every version that it is named at. */
  others: z.array(TemplateState).optional(),
  /** The ARNs of the target groups that the group's servers are registered in. */
  targetGroups: z.array(z.string()),
  /** The names of the Classic Load Balancers that they are registered with; undefined without any. */
  loadBalancers: z.array(z.string()).optional(),
  /**
   * Ports at which servers are asked for the site, by the name of a Classic Load Balancer or the ARN of a Gateway Load Balancer's target group;
   * none where it is the pipeline's own.
   */
  askAt: z.record(z.string(), z.array(z.number())).optional(),
  /** Whether the group names its version by number, so that AWS can roll it back. */
  canRollBack: z.boolean(),
  /** Whether this is the first image of an empty group: there is nothing to refresh and nothing to roll back to. */
  isFirstImage: z.boolean(),
  /** Whether Plan found it without servers that it should have: then there is nothing to verify. */
  isEmpty: z.boolean(),
  /** Whose word counts for its servers: their own, asked for the site, or that of their target groups and load balancers alone. */
  verify: z.enum(['site', 'targetGroup']),
  initialCapacity: z.number(),
  /**
   * How many servers run at most beside those that ran, and of which type; undefined where the template leaves the type open. Of a mixed
   * group so many run On-Demand at least, of that type or of others.
   */
  adds: z
    .object({ servers: z.number(), instanceType: z.string(), orTypes: z.array(z.string()).optional() })
    .optional(),
  /** What the first image raises the group's MinSize to, and what Plan found it to be. */
  minCapacity: z.number().optional(),
  minSize: z.number().optional(),
  minHealthy: z.number(),
  maxHealthy: z.number(),
  warmup: z.number().optional(),
  bake: z.number(),
  autoRollback: z.boolean(),
  alarms: z.array(z.string()).default([]),
  /** Further ones, which had gone off when a hotfix was planned: it is to silence them, and they do not watch over it. */
  ringing: z.array(z.string()).optional(),
  checkpoints: z.object({ at: z.array(z.number()), wait: z.number().describe('seconds') }).optional(),
  skipMatching: z.boolean().default(true),
  scaleInProtected: z.enum(['wait', 'ignore', 'refresh']).default('wait'),
  standby: z.enum(['wait', 'ignore', 'terminate']).default('wait'),
  /** What becomes of the user data of the group's template; undefined where it has none. */
  userData: z.enum(['drop', 'keep']).optional(),
});
export type Target = z.infer<typeof TargetState>;

/** How bad what Amazon Inspector finds on an image may be. */
const Scan = z.object({
  max: z.enum(['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH']),
  fixAvailable: z.boolean(),
  onFail: z.enum(['stop', 'warn']),
  within: z.number().describe('seconds'),
});
export type Scan = z.infer<typeof Scan>;

/** What Plan decided: all that the later states need, so that a change of the pipeline does not reach a running build. */
export const Plan = z.object({
  baseImage: z.object({
    id: z.string(),
    rootDeviceName: z.string(),
    /** What AWS calls the licence that it runs under. */
    usageOperation: z.string().optional(),
    /** The build that made it, of the pipeline that this one is built on. */
    build: z.string().optional(),
  }),
  instanceType: z.string(),
  volumeSize: z.number(),
  keyName: z.string().optional(),
  parameters: z.record(z.string(), z.string()),
  /** The names of those that are references, which only the instance resolves. */
  secrets: z.array(z.string()),
  /** How the base instance is prepared. A build that was planned before there was this is not. */
  prepare: z
    .object({ by: z.enum(['agent', 'none']), within: z.number().describe('seconds') })
    .default({ by: 'none', within: 0 }),
  fingerprint: z.string(),
  /** The image of an earlier build that is used instead of a new one. */
  reuse: z
    .object({
      build: z.string(),
      image: z.object({ id: z.string() }),
      copies: z.array(z.object({ region: z.string(), imageId: z.string() })),
    })
    .optional(),
  description: z.string(),
  healthy: Healthy,
  image: z.object({
    test: z.boolean(),
    testWithin: z.number().describe('seconds').default(0),
    skipChecks: z.record(z.string(), z.string()).default({}),
    scan: Scan.optional(),
    keep: z.number(),
    deprecateAfter: z.number().describe('seconds'),
    copyTo: z.array(z.string()),
    shareWith: z.array(z.string()),
    parameter: z.string().optional(),
    channels: z.object({ tested: z.string().optional(), proven: z.string().optional() }).optional(),
  }),
  targets: z.array(TargetState),
  /** That a person must approve the rollout, until when, and what becomes of the build if nobody does. */
  approval: z
    .object({
      within: z.number().describe('seconds'),
      onTimeout: z.enum(ON_TIMEOUT),
      approvers: z.enum(['any', 'other']),
    })
    .optional(),
  /** The times in which it may begin to roll out; undefined at any. */
  windows: z
    .array(z.object({ cron: z.string(), timezone: z.string(), duration: z.number().describe('seconds') }))
    .optional(),
});
export type Plan = z.infer<typeof Plan>;
