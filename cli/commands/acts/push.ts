import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readPipelineFiles } from '../../../src/pipeline/load';
import { projectFolder } from '../../project';
import { type PushedSite, pushSite } from '../../push';
import type { Pushed } from '../../remote/answers';
import { findPlace } from '../../remote/place';
import type { Context, Run } from '../context';
import { nextOf } from '../next';
import type { ActOptions } from './on-build';

export interface PushOptions extends ActOptions {
  readonly site?: string;
  readonly siteOnly: boolean;
}

const pipelines = join(projectFolder, 'pipelines');

/** `kiln push`: the site of a pipeline, where it has one, and its files as the version that holds. */
export const push: Run<PushOptions> = async (context, [pipeline = ''], options) => {
  const { terminal } = context;
  // First what may be refused: a site alone would start builds of what was to go with it.
  const pushed = options.siteOnly ? undefined : await send(context, pipeline, options, false);
  const site = await sendSite(pipeline, options);
  if (options.json) terminal.json({ ...pushed, ...(site && { site }) });
  else
    terminal.print(
      ...(pushed ? describe(pushed) : []),
      ...(site ? [`${site.parameter} = ${site.uri}`] : []),
      nextOf(options, `kiln build ${pipeline} --watch`),
    );
  return undefined;
};

/** `kiln diff`: which files a push would change. */
export const diff: Run<ActOptions> = async (context, [pipeline = ''], options) => {
  const pushed = await send(context, pipeline, options, true);
  if (options.json) context.terminal.json(pushed);
  else context.terminal.print(...describe(pushed), nextOf(options, `kiln push ${pipeline}`));
  return undefined;
};

/** `kiln remove`: that holds again which was deployed with the service. */
export const remove: Run<ActOptions> = async ({ terminal, connect }, [pipeline = ''], options) => {
  const remote = await connect(options);
  const { reason } = options;
  const answer = await remote.ask<{ pipeline: string; before: string }>(
    'POST',
    `/pipelines/${encodeURIComponent(pipeline)}/remove`,
    { body: reason === undefined ? {} : { reason } },
  );
  if (options.json) terminal.json(answer);
  else
    terminal.print(
      `✔ version ${answer.before} of ${pipeline} holds no more`,
      nextOf(options, 'kiln pipelines'),
    );
  return undefined;
};

async function send(
  { connect }: Context,
  pipeline: string,
  options: ActOptions,
  trial: boolean,
): Promise<Pushed> {
  const files = await readPipelineFiles(pipelines, pipeline);
  const remote = await connect(options);
  return remote.ask<Pushed>('POST', `/pipelines/${encodeURIComponent(pipeline)}/versions`, {
    body: {
      files: gzipSync(JSON.stringify(files)).toString('base64'),
      trial,
      ...(options.reason !== undefined && { reason: options.reason }),
    },
  });
}

async function sendSite(pipeline: string, options: PushOptions): Promise<PushedSite | undefined> {
  const site = options.site ?? join(pipelines, pipeline, 'site');
  const isThere = await stat(site).then(
    (found) => found.isDirectory(),
    () => false,
  );
  // One that was named must be there.
  if (!isThere && options.site === undefined && !options.siteOnly) return undefined;
  const { client } = await findPlace(options);
  return pushSite(client, pipelines, pipeline, options.site, options.stage);
}

const MARKS = { added: '+', changed: '~', removed: '-' } as const;

function describe({ pipeline, version, before, holdsAlready, changes = [] }: Pushed): string[] {
  const rows = changes.map(({ path, how }) => `  ${MARKS[how]} ${path} ${how}`);
  if (holdsAlready) return [`= ${pipeline}@${version} holds already`];
  return [`✔ ${pipeline}@${version}${before ? ` in place of ${before}` : ''}`, ...rows];
}
