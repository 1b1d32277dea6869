import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { parameterRoot } from '../../../src/pipeline/reach';
import type { Place } from '../../remote/place';
import { type Check, good, note, unknown } from './check';
import { findLacks, type Lack, type Need } from './simulate';
import type { Stack } from './stack';

/** The calls of the API, and which command makes them. A test holds it to the routes that there are. */
export const CALLS: readonly (readonly [call: string, command: string])[] = [
  ['GET /pipelines', 'pipelines'],
  ['GET /pipelines/{pipeline}/builds', 'builds'],
  ['GET /builds/{id}', 'show'],
  ['GET /builds/{id}/log', 'log'],
  ['GET /fleet', 'fleet'],
  ['POST /pipelines/{pipeline}/plan', 'plan'],
  ['POST /pipelines/{pipeline}/builds', 'build'],
  ['POST /pipelines/{pipeline}/rollback', 'rollback'],
  ['POST /pipelines/{pipeline}/hold', 'hold'],
  ['POST /pipelines/{pipeline}/resume', 'resume'],
  ['POST /pipelines/{pipeline}/versions', 'push'],
  ['POST /pipelines/{pipeline}/remove', 'remove'],
  ['POST /builds/{id}/abort', 'abort'],
  ['POST /builds/{id}/approve', 'approve'],
  ['POST /builds/{id}/reject', 'reject'],
  ['POST /builds/{id}/promote', 'promote'],
  ['POST /images/{id}/revoke', 'revoke'],
  ['POST /images/{id}/unrevoke', 'unrevoke'],
];

/**
 * What the caller may not do of what the command does, by simulation. A caller who may only look is no fault.
 *
 * @param arn of the caller, as STS has it
 * @param pipeline one that there is: rights may be narrowed to it
 */
export async function checkPermissions(
  arn: string,
  pipeline: string,
  stack: Stack,
  { client, stage }: Pick<Place, 'client' | 'stage'>,
): Promise<readonly Check[]> {
  const iam = new IAMClient(client);
  const source = await findSource(arn, iam);
  if ('outcome' in source) return [source];
  const lacks = await findLacks(iam, source.arn, needsOf(pipeline, stack, stage));
  if (lacks.length === 0)
    return [good('permissions', `all that the command does, by simulation of ${source.arn}`)];
  const texts = [...new Set(lacks.map(({ what }) => what))].map((what) => describe(what, lacks));
  return [note('permissions', `may not: ${texts.join(', ')}`, mendFor(source.arn, lacks))];
}

/** Whose policies can be simulated. */
async function findSource(arn: string, iam: IAMClient): Promise<{ arn: string } | Check> {
  if (/:root$/.test(arn))
    return good(
      'permissions',
      'of the root user, which no policy of the account narrows: nothing to simulate',
    );
  if (/:user\//.test(arn) && arn.includes(':iam:')) return { arn };
  const [, role] = /:assumed-role\/([^/]+)\//.exec(arn) ?? [];
  if (!role)
    return unknown(
      'permissions',
      `${arn} cannot be simulated: its rights are those of who asked for its credentials, and what was given with them`,
    );
  // STS leaves out the path of a role.
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: role }));
  return { arn: Role?.Arn ?? '' };
}

function needsOf(pipeline: string, { partition, region, account, outputs }: Stack, stage: string): Need[] {
  const root = parameterRoot(stage);
  const api = `arn:${partition}:execute-api:${region}:${account}:${outputs.HttpApiId}/$default`;
  const parameter = (name: string) => `arn:${partition}:ssm:${region}:${account}:parameter${name}`;
  const push = 'kiln push';
  return [
    ...CALLS.map(([call, command]): Need => {
      const [method, path = ''] = call.split(' ');
      const named = path.replace('{pipeline}', pipeline).replace('{id}', `${pipeline}-01`);
      return { what: `kiln ${command}`, action: 'execute-api:Invoke', resource: `${api}/${method}${named}` };
    }),
    {
      what: push,
      action: 's3:PutObject',
      resource: `arn:${partition}:s3:::${outputs.ArtifactsBucket}/${pipeline}/site.tar.gz`,
    },
    { what: push, action: 'ssm:GetParameter', resource: parameter(`${root}/artifacts-bucket`) },
    { what: push, action: 'ssm:PutParameter', resource: parameter(`${root}/${pipeline}/site`) },
    {
      what: 'kiln gc',
      action: 'lambda:InvokeFunction',
      resource: `arn:${partition}:lambda:${region}:${account}:function:kiln-${stage}-tidyUp`,
    },
  ];
}

/** `kiln push (s3:PutObject: no policy allows it)`. */
function describe(what: string, lacks: readonly Lack[]): string {
  const own = lacks.filter((lack) => lack.what === what);
  const whys = [...new Set(own.map(({ why }) => why))];
  return `${what} (${[...new Set(own.map(({ action }) => action))].join(', ')}: ${whys.join('; ')})`;
}

/** A policy for what is not denied: where something is, another one is no help. */
function mendFor(arn: string, lacks: readonly Lack[]): string | undefined {
  const open = lacks.filter(({ isDenied }) => !isDenied);
  if (open.length === 0) return undefined;
  const document = JSON.stringify({
    Version: '2012-10-17',
    Statement: [...new Set(open.map(({ action }) => action))].map((Action) => ({
      Effect: 'Allow',
      Action,
      Resource: open
        .filter((one) => one.action === Action)
        .map(({ resource }) => resource.replace(/-01(?=\/|$)/, '-*')),
    })),
  });
  const [, kind = '', path = ''] = /:(user|role)\/(.+)$/.exec(arn) ?? [];
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (path.startsWith('aws-reserved/')) return `add to its permission set: ${document}`;
  return `aws iam put-${kind}-policy --${kind}-name ${name} --policy-name kiln --policy-document '${document}'`;
}
