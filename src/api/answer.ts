import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { KilnError } from '../errors';
import { nameTransient } from '../failures';
import { logger } from '../log';
import type { Call } from './call';

type Answer = APIGatewayProxyStructuredResultV2;

/** The errors that a caller is told, with the status of each and what kind of problem it is. */
export const PROBLEMS = {
  InvalidRequest: [400, 'The request is not what the route takes'],
  InvalidParameter: [400, 'A parameter of the build is not valid'],
  InvalidPipeline: [422, 'The pipeline is not valid'],
  UnknownPipeline: [404, 'There is no such pipeline'],
  UnknownBuild: [404, 'There is no such build'],
  UnknownImage: [404, 'There is no such image of Kiln'],
  PushedMeanwhile: [409, 'Somebody else has pushed meanwhile'],
  NotRevoked: [409, 'The image is not revoked'],
  NothingToRollBackTo: [409, 'There is no image that it could be gone back to'],
  ApproverNotAllowed: [403, 'Another person must approve it'],
  NotWaiting: [409, 'The build does not wait for that'],
  BuildOver: [409, 'The build is over'],
  PipelineHeld: [409, 'The pipeline is held, and who asks may not pass'],
  PipelineBusy: [409, 'Another build of the pipeline runs'],
  KeyReused: [409, 'The idempotency key was used for another request'],
  BodyTooLarge: [413, 'The body is too large'],
  TransientFailure: [503, 'AWS did not answer: try again'],
} as const satisfies Record<string, readonly [status: number, title: string]>;
export type ProblemName = keyof typeof PROBLEMS;

function isProblem(name: string): name is ProblemName {
  return Object.hasOwn(PROBLEMS, name);
}

/** The type of a problem: a name that stays, whatever its words are. */
export function typeOf(name: ProblemName): string {
  return `urn:kiln:problem:${name}`;
}

/** An answer that has more than a body. */
export interface Located {
  body: unknown;
  /** Where what was made is: `/builds/web-01J…`. */
  location: string;
}

/**
 * Answers a call in JSON. An error that the caller must mend, or after which to try again, is told as a problem of RFC 9457; another is
 * thrown.
 *
 * @param status that of a call that went well
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function answering(
  status: number,
  run: (call: Call) => Promise<unknown>,
): (call: Call) => Promise<Answer> {
  return async (call) => {
    try {
      return answer(status, 'application/json', await run(call));
    } catch (thrown) {
      if (!(thrown instanceof Error)) throw thrown;
      const error = nameTransient(thrown);
      if (!isProblem(error.name)) throw error;
      const [known, title] = PROBLEMS[error.name];
      if (known >= 500) logger.error('failed', error);
      const fields = error instanceof KilnError ? error.fields : [];
      return answer(known, 'application/problem+json', {
        type: typeOf(error.name),
        title,
        status: known,
        detail: error.message,
        error: error.name,
        ...(fields.length > 0 && { errors: fields }),
      });
    }
  };
}

/** As `answering`, of a call that made something: the answer's header `Location` says where it is. */
export function answeringWhere(
  status: number,
  run: (call: Call) => Promise<Located>,
): (call: Call) => Promise<Answer> {
  return async (call) => {
    let location: string | undefined;
    const answered = await answering(status, async () => {
      const made = await run(call);
      location = made.location;
      return made.body;
    })(call);
    return location === undefined ? answered : { ...answered, headers: { ...answered.headers, location } };
  };
}

function answer(statusCode: number, type: string, body: unknown): Answer {
  return { statusCode, headers: { 'content-type': type }, body: JSON.stringify(body) };
}

/**
 * Lambda takes 6 MB of an answer, in which the body is a text in JSON: its quotes are written out once more. A million less, for all
 * that is beside the items. See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MOST_ANSWER_BYTES = 5_000_000;

/** As many of the items, in their order, as an answer has room for: one at least, which must not be longer than that. */
export function takeRoom<Shown>(items: Shown[]): Shown[] {
  let bytes = 0;
  const end = items.findIndex((item, at) => {
    bytes += Buffer.byteLength(JSON.stringify(JSON.stringify(item)));
    return at > 0 && bytes > MOST_ANSWER_BYTES;
  });
  return end < 0 ? items : items.slice(0, end);
}
