import type { Revoked, Unrevoked } from '../../remote/answers';
import { CommandError, EXIT } from '../../remote/errors';
import type { Remote } from '../../remote/remote';
import { table, wrap } from '../../view/text';
import type { CommonOptions, Run } from '../context';
import { findBuild, getBuild } from '../find';
import { nextOf } from '../next';

interface RevokeOptions extends CommonOptions {
  readonly reason: string;
  readonly rollback: boolean;
}

/** `kiln revoke`: calls an image bad, and says who uses it. */
export const revoke: Run<RevokeOptions> = async ({ terminal, connect }, [word = ''], options) => {
  const remote = await connect(options);
  const image = await findImage(remote, word);
  const { reason, rollback } = options;
  const answer = await remote.ask<Revoked>('POST', `/images/${encodeURIComponent(image)}/revoke`, {
    body: { reason, ...(rollback && { rollback }) },
  });
  if (options.json) terminal.json(answer);
  else terminal.print(...describeRevoked(answer, terminal.columns), nextOf(options, ...nextCommands(answer)));
  return answer.notRolledBack?.length ? EXIT.failed : undefined;
};

interface UnrevokeOptions extends CommonOptions {
  readonly reason: string;
}

/** `kiln unrevoke`: takes back that an image is revoked. */
export const unrevoke: Run<UnrevokeOptions> = async ({ terminal, connect }, [word = ''], options) => {
  const remote = await connect(options);
  const image = await findImage(remote, word);
  const answer = await remote.ask<Unrevoked>('POST', `/images/${encodeURIComponent(image)}/unrevoke`, {
    body: { reason: options.reason },
  });
  if (options.json) terminal.json(answer);
  else terminal.print(...describeUnrevoked(answer, terminal.columns), nextOf(options, 'kiln fleet'));
  return undefined;
};

function describeUnrevoked(answer: Unrevoked, columns: number): string[] {
  const { imageId, revoked, notUsed, moved = [], notKnown = [] } = answer;
  const was = revoked.reason ? `, which was: "${revoked.reason}"` : '';
  return [
    ...wrap(`${imageId} is revoked no more${was}`, columns),
    ...(notUsed
      ? wrap(`✖ it is not used all the same: ${notUsed}`, columns)
      : ['it may be used and gone back to again; nothing was rolled out']),
    ...moved.map((one) => `${one.parameter} names ${one.imageId} now`),
    ...notKnown.flatMap((text) => wrap(`? ${text}`, columns)),
  ];
}

function describeRevoked(answer: Revoked, columns: number): string[] {
  const { imageId, users, moved = [], rollbacks = [], notRolledBack = [], notKnown = [] } = answer;
  const rows = users.map(({ kind, name }) => [`  ${kind}`, name]);
  return [
    `${imageId} is revoked: nothing uses it again`,
    ...(users.length > 0 ? ['in use by, or made of it:', ...table(rows, columns)] : ['nobody uses it']),
    ...moved.map((one) => `${one.parameter} names ${one.imageId} now`),
    ...rollbacks.map((build) => `rolled back by ${build}`),
    ...notRolledBack.flatMap(({ pipeline, why }) => wrap(`✖ ${pipeline} cannot go back: ${why}`, columns)),
    ...notKnown.flatMap((text) => wrap(`? ${text}`, columns)),
  ];
}

function nextCommands({ rollbacks = [] }: Revoked): string[] {
  return rollbacks.length > 0 ? rollbacks.map((build) => `kiln watch ${build}`) : ['kiln fleet'];
}

/** An image by its id, or that of a build. */
async function findImage(remote: Remote, word: string): Promise<string> {
  if (/^ami-[0-9a-f]+$/.test(word)) return word;
  const build = await getBuild(remote, await findBuild(remote, word, 'newest'));
  if (build.imageId) return build.imageId;
  throw new CommandError(
    `${build.id} has no image, it is ${build.status}: kiln images ${build.pipeline} lists them`,
    EXIT.notFound,
  );
}
