import * as z from 'zod';
import { AbortBody, DecideBody, PromoteBody } from './acts';
import type { ProblemName } from './answer';
import {
  Accepted,
  Build,
  Builds,
  HeldPipeline,
  Pipeline,
  Pipelines,
  Preview,
  Pushed,
  Removed,
} from './answers';
import { BuildBody, PlanBody, RollbackBody } from './builds';
import { Fleet } from './fleet-answers';
import { HoldBody, ResumeBody } from './holds';
import { RevokeBody, Revoked, UnrevokeBody, Unrevoked } from './images';
import { Log } from './log';
import { PushBody, RemoveBody } from './versions';

/** A route of the HTTP API: what docs/openapi.json is made of. serverless.yml has the same routes, a test holds them together. */
export interface Route {
  method: 'GET' | 'POST';
  /** With the names of its parameters: `/builds/{id}`. */
  path: string;
  /** The function that answers. */
  function: string;
  operationId: string;
  summary: string;
  /** What its query may have. */
  query?: z.ZodObject;
  /** What its body may have. */
  body?: z.ZodType;
  /** Whether it takes the header Idempotency-Key. */
  takesKey?: true;
  status: 200 | 202;
  answer: z.ZodType;
  /** What it may answer instead, beside what each may. */
  problems: readonly ProblemName[];
}

const Page = z.object({
  limit: z.int().min(1).max(100).default(20).optional(),
  next: z.string().optional().describe('What an earlier answer gave as next'),
});

export const ROUTES: readonly Route[] = [
  {
    method: 'POST',
    path: '/images/{id}/revoke',
    function: 'revokeImage',
    operationId: 'revokeImage',
    summary: 'Marks an image bad, names what uses it, and has pipelines go back from it',
    body: RevokeBody,
    status: 200,
    answer: Revoked,
    problems: ['UnknownImage', 'InvalidPipeline', 'BodyTooLarge'],
  },
  {
    method: 'POST',
    path: '/images/{id}/unrevoke',
    function: 'revokeImage',
    operationId: 'unrevokeImage',
    summary: 'Takes back that an image is revoked: it may be used again, and nothing is rolled out',
    body: UnrevokeBody,
    status: 200,
    answer: Unrevoked,
    problems: ['UnknownImage', 'NotRevoked', 'InvalidPipeline', 'BodyTooLarge'],
  },
  {
    method: 'GET',
    path: '/builds/{id}/log',
    function: 'getLog',
    operationId: 'getLog',
    summary: 'What the script of a build has written to the console of its server',
    query: z.object({
      after: z.string().optional().describe('What an earlier answer gave as next: only what is new is told'),
      whole: z.boolean().optional().describe('Also what the kernel, systemd and cloud-init wrote'),
    }),
    status: 200,
    answer: Log,
    problems: ['UnknownBuild'],
  },
  {
    method: 'GET',
    path: '/fleet',
    function: 'getFleet',
    operationId: 'getFleet',
    summary: 'What runs on the groups of pipelines, and whether that is what should run',
    query: z.object({
      pipeline: z.string().optional().describe('Only the groups of this one'),
      next: z.string().optional().describe('What an earlier answer gave as next'),
    }),
    status: 200,
    answer: Fleet,
    problems: ['InvalidPipeline', 'UnknownPipeline'],
  },
  {
    method: 'POST',
    path: '/pipelines/{pipeline}/builds',
    function: 'postBuild',
    operationId: 'startBuild',
    summary: 'Starts a build, or puts it into the queue of its pipeline',
    body: BuildBody,
    takesKey: true,
    status: 202,
    answer: Accepted,
    problems: [
      'InvalidParameter',
      'InvalidPipeline',
      'UnknownPipeline',
      'PipelineHeld',
      'PipelineBusy',
      'KeyReused',
      'BodyTooLarge',
    ],
  },
  {
    method: 'POST',
    path: '/pipelines/{pipeline}/versions',
    function: 'pushPipeline',
    operationId: 'pushVersion',
    summary: 'Makes a version of a pipeline the one that holds, without a deployment',
    body: PushBody,
    status: 200,
    answer: Pushed,
    problems: ['InvalidPipeline', 'PushedMeanwhile', 'BodyTooLarge'],
  },
  {
    method: 'POST',
    path: '/pipelines/{pipeline}/remove',
    function: 'pushPipeline',
    operationId: 'removeVersion',
    summary: 'Has the version hold again that was deployed with the service, if any was',
    body: RemoveBody,
    status: 200,
    answer: Removed,
    problems: ['InvalidPipeline', 'UnknownPipeline', 'PushedMeanwhile', 'BodyTooLarge'],
  },
  {
    method: 'POST',
    path: '/pipelines/{pipeline}/plan',
    function: 'plan',
    operationId: 'planBuild',
    summary: 'Says what a build would do now, and changes nothing',
    body: PlanBody,
    status: 200,
    answer: Preview,
    problems: ['InvalidPipeline', 'UnknownPipeline', 'BodyTooLarge'],
  },
  {
    method: 'POST',
    path: '/pipelines/{pipeline}/rollback',
    function: 'postRollback',
    operationId: 'rollBack',
    summary: 'Rolls an earlier image out again, with the parameters of its build, and holds the pipeline',
    body: RollbackBody,
    takesKey: true,
    status: 202,
    answer: Accepted,
    problems: [
      'PipelineHeld',
      'UnknownPipeline',
      'InvalidPipeline',
      'NothingToRollBackTo',
      'PipelineBusy',
      'KeyReused',
      'BodyTooLarge',
    ],
  },
  {
    method: 'GET',
    path: '/pipelines/{pipeline}/builds',
    function: 'listBuilds',
    operationId: 'listBuilds',
    summary: 'The builds of a pipeline, newest first',
    query: Page,
    status: 200,
    answer: Builds,
    problems: ['InvalidPipeline', 'UnknownPipeline'],
  },
  {
    method: 'GET',
    path: '/pipelines',
    function: 'getPipelines',
    operationId: 'listPipelines',
    summary: 'The pipelines that are deployed, by name',
    query: Page,
    status: 200,
    answer: Pipelines,
    problems: [],
  },
  {
    method: 'GET',
    path: '/pipelines/{pipeline}',
    function: 'getPipelines',
    operationId: 'getPipeline',
    summary: 'What a pipeline serves, who builds now, and what is next',
    status: 200,
    answer: Pipeline,
    problems: ['InvalidPipeline', 'UnknownPipeline'],
  },
  {
    method: 'GET',
    path: '/builds/{id}',
    function: 'getBuild',
    operationId: 'getBuild',
    summary: 'How a build is',
    status: 200,
    answer: Build,
    problems: ['UnknownBuild'],
  },
  {
    method: 'POST',
    path: '/pipelines/{pipeline}/hold',
    function: 'holdPipeline',
    operationId: 'holdPipeline',
    summary: 'Holds a pipeline: schedules and events roll nothing out until somebody resumes it',
    body: HoldBody,
    status: 200,
    answer: HeldPipeline,
    problems: ['UnknownPipeline', 'BodyTooLarge'],
  },
  {
    method: 'POST',
    path: '/pipelines/{pipeline}/resume',
    function: 'holdPipeline',
    operationId: 'resumePipeline',
    summary: 'Ends every hold of a pipeline, whatever it is held for',
    body: ResumeBody,
    status: 200,
    answer: HeldPipeline,
    problems: ['UnknownPipeline', 'BodyTooLarge'],
  },
  {
    method: 'POST',
    path: '/builds/{id}/abort',
    function: 'actOnBuild',
    operationId: 'abortBuild',
    summary: 'Ends a build that is not over, and undoes what it made',
    body: AbortBody,
    status: 202,
    answer: Accepted,
    problems: ['UnknownBuild', 'BuildOver', 'BodyTooLarge'],
  },
  {
    method: 'POST',
    path: '/builds/{id}/approve',
    function: 'actOnBuild',
    operationId: 'approveBuild',
    summary: 'Lets a build roll out that waits for approval',
    body: DecideBody,
    status: 202,
    answer: Accepted,
    problems: ['UnknownBuild', 'BuildOver', 'NotWaiting', 'ApproverNotAllowed', 'BodyTooLarge'],
  },
  {
    method: 'POST',
    path: '/builds/{id}/reject',
    function: 'actOnBuild',
    operationId: 'rejectBuild',
    summary: 'Ends a build that waits for approval, and undoes what it made',
    body: DecideBody,
    status: 202,
    answer: Accepted,
    problems: ['UnknownBuild', 'BuildOver', 'NotWaiting', 'BodyTooLarge'],
  },
  {
    method: 'POST',
    path: '/builds/{id}/promote',
    function: 'actOnBuild',
    operationId: 'promoteBuild',
    summary: 'Ends the present wait of a build, where Kiln keeps it',
    body: PromoteBody,
    status: 202,
    answer: Accepted,
    problems: ['UnknownBuild', 'BuildOver', 'NotWaiting', 'BodyTooLarge'],
  },
];
