import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CommandError, EXIT } from '../../remote/errors';
import { findPlace } from '../../remote/place';
import { counted } from '../../view/text';
import type { CommonOptions, Run } from '../context';
import { nextOf } from '../next';

interface GcOptions extends CommonOptions {
  readonly dryRun: boolean;
}

/** What the janitor says that it would remove. */
interface Preview {
  readonly left: readonly {
    readonly build: string;
    readonly status: string;
    readonly instances: readonly string[];
    readonly images: readonly string[];
  }[];
  readonly images: readonly {
    readonly pipeline: string;
    readonly retired: readonly string[];
    readonly kept: readonly { readonly imageId: string; readonly why: string }[];
  }[];
  readonly alone: readonly { readonly id: string; readonly build: string; readonly why: string }[];
  readonly problems: readonly string[];
}

/** What it says when it has been at work. */
interface Report {
  readonly removed: readonly object[];
  readonly words: readonly string[];
}

/** `kiln gc`: the janitor, which comes by itself each night: now, or what it would remove. */
export const gc: Run<GcOptions> = async ({ terminal }, _args, options) => {
  const place = await findPlace(options);
  const name = `${place.stack}-tidyUp`;
  const lambda = new LambdaClient(place.client);
  const asked = new InvokeCommand({
    FunctionName: name,
    Payload: Buffer.from(JSON.stringify(options.dryRun ? { trial: true } : {})),
  });
  const { FunctionError, Payload } = await lambda.send(asked).catch((error: Error) => {
    const what = `lambda:InvokeFunction of ${name} in ${place.region}`;
    const isDenied = /AccessDenied|ResourceNotFound|Credentials|UnrecognizedClient|InvalidSignature/.test(
      error.name,
    );
    throw new CommandError(
      `${what}: ${error.message} (${error.name}). Whoever runs the janitor needs that right; kiln doctor says whether the service is there`,
      isDenied ? EXIT.notFound : EXIT.failed,
      { cause: error },
    );
  });
  const said: unknown = JSON.parse(Buffer.from(Payload ?? []).toString() || 'null');
  if (FunctionError) {
    const { errorMessage = FunctionError } = (said ?? {}) as { errorMessage?: string };
    throw new CommandError(
      `the janitor has not done all: ${errorMessage}. What is left it tries again each night.`,
      EXIT.failed,
    );
  }
  if (options.json) terminal.json(said);
  else if (options.dryRun) terminal.print(...describePreview(said as Preview), nextOf(options, 'kiln gc'));
  else terminal.print(...describeReport(said as Report), nextOf(options, 'kiln images'));
  return undefined;
};

function describePreview({ left, images, alone, problems }: Preview): string[] {
  const things = left.reduce((sum, one) => sum + one.instances.length + one.images.length, 0);
  const retired = images.reduce((sum, one) => sum + one.retired.length, 0);
  return [
    ...left.map(
      ({ build, status, instances, images: own }) =>
        `- ${[...instances, ...own].join(', ')}  of ${build}, ${status}`,
    ),
    ...images.flatMap(({ pipeline, retired: ids, kept }) => [
      ...ids.map((id) => `- ${id}  an old image of ${pipeline}`),
      ...kept.map(({ imageId, why }) => `= ${imageId}  an old image of ${pipeline} stays: ${why}`),
    ]),
    ...alone.map(({ id, build, why }) => `= ${id}  tagged ${build}, is left alone: ${why}`),
    ...problems.map((text) => `? ${text}`),
    `${counted(things, 'thing')} of builds that are over, ${counted(retired, 'old image')}: would be removed. Nothing was changed.`,
  ];
}

function describeReport({ words }: Report): string[] {
  return words.length > 0 ? words.map((text) => `⚠ ${text}`) : ['✔ all is as it should be'];
}
