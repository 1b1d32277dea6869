import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { projectFolder } from '../../project';
import type { Pipeline, Plan, Server } from '../../remote/answers';
import { ApiError, type CommandError, EXIT } from '../../remote/errors';
import { explain, findPlace, type Place } from '../../remote/place';
import type { Remote } from '../../remote/remote';
import { counted, pad, wrap } from '../../view/text';
import { lookInto } from '../checks/validate';
import { type CommonOptions, type Context, flagsOf, type Run } from '../context';
import { askForEach, listFleet, listPipelines } from '../find';
import { checkBaseRole } from './base-role';
import { bad, type Check, good, note, unlessRefused } from './check';
import { checkHealth } from './health';
import { checkLimits } from './limits';
import { checkNetwork } from './network';
import { checkPermissions } from './permissions';
import { checkStack, type Stack } from './stack';
import { checkTriggers } from './triggers';

const MARKS = { good: '✔', note: '⚠', bad: '✖', unknown: '?' };

/** `kiln doctor`: what would make a build fail, each with what mends it. Nothing is changed. */
export const doctor: Run = async (context, _args, options) => {
  const { terminal } = context;
  const checks: Check[] = [];
  for await (const check of look(context, options)) {
    checks.push(check);
    if (!options.json) terminal.print(...describeCheck(check, terminal.columns));
  }
  const bad = checks.filter(({ outcome }) => outcome === 'bad').length;
  if (options.json) terminal.json({ healthy: bad === 0, checks });
  else
    terminal.print(
      bad === 0 ? '✔ nothing is in the way of a build' : `✖ ${bad} of ${checks.length} in the way of a build`,
    );
  return bad > 0 ? EXIT.failed : undefined;
};

function describeCheck({ name, outcome, text, mend }: Check, columns: number): string[] {
  const [first = '', ...rest] = wrap(`${text}${mend ? `: ${mend}` : ''}`, columns - LABEL - 2);
  const indent = ' '.repeat(LABEL + 2);
  return [`${MARKS[outcome]} ${pad(name, LABEL - 1)} ${first}`, ...rest.map((line) => indent + line)];
}

const LABEL = 16;

/** One after the other: what is behind one that is bad may not be looked at. */
async function* look(context: Context, options: CommonOptions): AsyncGenerator<Check> {
  yield await checkFiles(join(projectFolder, 'pipelines'));
  const place = await findPlace(options).catch((error: CommandError) => bad('region', error.message));
  if ('outcome' in place) return yield place;
  yield good('region', place.region);
  const { check: caller, arn } = await checkCredentials(place);
  yield caller;
  if (caller.outcome === 'bad') return;
  const { checks, stack } = await checkStack(place);
  yield* checks;
  if (checks.some(({ outcome }) => outcome === 'bad')) return;
  const remote = await context.connect(options);
  const pipelines = await listPipelines(remote).catch((error: CommandError) => bad('API', error.message));
  const flags = flagsOf(options);
  if (stack) yield* lookAtAccount(place, stack, arn, 'outcome' in pipelines ? undefined : pipelines[0]?.name);
  if ('outcome' in pipelines) return yield pipelines;
  const groups: string[] = [];
  yield* lookThroughApi(remote, pipelines, flags, groups);
  if (stack) yield* await unlessRefused('health', () => checkHealth(groups, place));
}

/** What of the account the service stands on, with the caller's own rights; side by side, told in this order. */
async function* lookAtAccount(
  place: Place,
  stack: Stack,
  arn: string,
  pipeline = '*',
): AsyncGenerator<Check> {
  const looks = [
    unlessRefused('permissions', () => checkPermissions(arn, pipeline, stack, place)),
    unlessRefused('base role', () => checkBaseRole(stack, place)),
    unlessRefused('network', () => checkNetwork(stack, place)),
    unlessRefused('limits', () => checkLimits(stack, place)),
    unlessRefused('triggers', () => checkTriggers(stack, place)),
  ];
  for (const checks of looks) yield* await checks;
}

async function checkFiles(folder: string): Promise<Check> {
  if (!existsSync(folder)) return { name: 'files', outcome: 'unknown', text: `there is no ${folder}` };
  const { problems, pipelines } = await lookInto(folder);
  if (problems.length > 0) return bad('files', problems.join(' '), 'kiln validate');
  return good(
    'files',
    `${counted(pipelines.length, 'pipeline')} in ${folder} valid: ${pipelines.join(', ')}`,
  );
}

async function checkCredentials(place: Place): Promise<{ check: Check; arn: string }> {
  if (place.api.token) return { check: good('credentials', 'the token in KILN_TOKEN'), arn: '' };
  const {
    Arn: arn = '',
    Account,
    why,
  } = await new STSClient(place.client)
    .send(new GetCallerIdentityCommand({}))
    .then((answer) => ({ ...answer, why: undefined }))
    .catch((error: Error) => ({ Arn: '', Account: '', why: explainCaller(error, place) }));
  return { check: why ?? good('credentials', `${arn} of account ${Account}`), arn };
}

function explainCaller(error: Error, place: Place): Check {
  const known = /ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch/.test(error.name);
  if (known)
    return bad('credentials', `AWS does not take them: ${error.message}`, 'aws sso login, or --profile');
  const { message } = explain(error, place);
  return bad('credentials', message.replace('cloudformation:DescribeStacks', 'sts:GetCallerIdentity'));
}

/** What the service itself sees, with its own rights: its plans say all that would stop a build. */
async function* lookThroughApi(
  remote: Remote,
  pipelines: readonly Pipeline[],
  flags: string,
  groups: string[],
): AsyncGenerator<Check> {
  yield good(
    'API',
    `answers, and has ${pipelines.length === 1 ? 'the pipeline' : 'the pipelines'} ${pipelines.map(({ name }) => name).join(', ') || '(none)'}`,
  );
  const looks = askForEach(pipelines, ({ name }) => checkPipeline(remote, name, flags));
  for (const [at, { name, hold }] of pipelines.entries()) {
    if (hold) yield bad(name, hold.message, `kiln resume ${name}${flags}`);
    yield* (await looks[at]) ?? [];
  }
  yield* checkFleet(remote, flags, groups);
}

async function checkPipeline(remote: Remote, name: string, flags: string): Promise<Check[]> {
  try {
    const plan = await remote.ask<Plan>('POST', `/pipelines/${name}/plan`, { body: {} });
    return judgePlan(name, plan, flags);
  } catch (error) {
    return [failed(name, error, `kiln plan ${name}${flags}`)];
  }
}

function judgePlan(name: string, { blockers, notKnown, targets }: Plan, flags: string): Check[] {
  const groups = targets.map(({ autoScalingGroup }) => autoScalingGroup).join(', ');
  const stops = blockers.map((text) =>
    bad(name, text, /SSM parameter \S+\/site\b/.test(text) ? `kiln push ${name}${flags}` : undefined),
  );
  const unseen = notKnown
    .filter((text) => text.startsWith('It was not checked'))
    .map((text): Check => ({ name, outcome: 'unknown', text }));
  const fine = good(name, `a build could start${groups ? `, and roll out to ${groups}` : ''}`);
  return [...(stops.length > 0 ? stops : [fine]), ...unseen];
}

/** @param names is told the groups that there are */
async function* checkFleet(remote: Remote, flags: string, names: string[]): AsyncGenerator<Check> {
  try {
    const { groups, problems = [] } = await listFleet(remote);
    for (const text of problems) yield note('fleet', text, `kiln fleet${flags}`);
    for (const { autoScalingGroup, pipeline, problems: own, servers } of groups) {
      names.push(autoScalingGroup);
      yield judgeGroup(autoScalingGroup, own, servers, `kiln fleet ${pipeline}${flags}`);
    }
  } catch (error) {
    yield failed('fleet', error, `kiln fleet${flags}`);
  }
}

/** Servers that are not healthy stop a refresh; what else is otherwise than it was left stops nothing. */
function judgeGroup(
  name: string,
  problems: readonly string[],
  servers: readonly Server[],
  mend: string,
): Check {
  const sick = servers.filter(({ healthy }) => !healthy).map(({ instanceId }) => instanceId);
  if (sick.length > 0)
    return bad(name, `not healthy of ${counted(servers.length, 'server')}: ${sick.join(', ')}`, mend);
  const wrong = servers.filter(({ right }) => !right).length;
  const texts = [
    ...problems,
    ...(wrong > 0 ? [`${counted(wrong, 'server')} of ${servers.length} not what should run`] : []),
  ];
  if (texts.length > 0) return note(name, texts.join('; '), mend);
  return good(name, `${counted(servers.length, 'server')}, all right and healthy`);
}

/** What the API does not tell is no fault of what was asked after, unless the API says that. */
function failed(name: string, error: unknown, mend: string): Check {
  const { message } = error as Error;
  const text = message.split('\n')[0] ?? '';
  const isOld = error instanceof ApiError && error.problem.error === undefined;
  return isOld ? { name, outcome: 'unknown', text } : bad(name, text, mend);
}
