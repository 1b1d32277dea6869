import type { Act, Build, Gate, PackageChanges, Stage } from '../remote/answers';
import { callerOf, lastedOf } from './lists';
import { describeTimeout, markOf } from './marks';
import { cut, pad, widthOf, wrap } from './text';
import { clockTime, dayAndTime, duration, secondsBetween } from './time';

/** How wide the names of the fields are. */
const LABEL = 11;

/**
 * All that there is to say of a build, in lines.
 *
 * @param columns how wide a line may be
 */
export function describeBuild(build: Build, now: Date, columns: number): string[] {
  const { id, status, trigger } = build;
  const by = trigger.by ? ` by ${callerOf(trigger.by)}` : '';
  const field = (name: string, text = '') =>
    layOut(text, columns - LABEL).map((line, at) => pad(at === 0 ? name : '', LABEL) + line);
  const list = (name: string, texts: readonly string[] = []) =>
    texts.flatMap((text, at) => field(at === 0 ? name : '', text));
  return [
    cut(`${id}  ${markOf(status)} ${status}  ${lastedOf(build, now)}`, columns),
    ...field('asked for', `${dayAndTime(build.requestedAt)} UTC, ${trigger.kind}${by}`),
    ...field('reason', build.reason && `"${build.reason}"`),
    ...field('how', howOf(build)),
    ...list('parameters', parametersOf(build)),
    ...list('baked for', build.changed),
    ...field('image', imageOf(build)),
    ...field('made from', baseOf(build)),
    ...field('‖ bad', badOf(build)),
    ...list('unrevoked', build.unrevoked?.map(unrevokedOf)),
    ...field('packages', packagesOf(build.packageChanges)),
    ...list('tests', build.tested?.tests),
    ...field('approval', gateText(build.approval)),
    ...field('window', gateText(build.window)),
    ...list('acts', build.acts?.map(actOf)),
    ...(build.stages.length > 0 ? ['stages'] : []),
    ...build.stages.flatMap((stage) => stageLines(stage, now, columns)),
    ...list('rollouts', build.rollouts.map(rolloutOf)),
    ...errorLines(build, columns),
    ...heldServerLines(build, now, columns),
    ...list('⚠ left', build.left),
    ...list('late', build.late),
    ...list('unchecked', build.unchecked),
  ];
}

/** Nothing of a record is cut off: what has no room goes on in the next line. */
function layOut(text: string, columns: number): string[] {
  return text && widthOf(text) <= columns ? [text] : wrap(text, columns);
}

function howOf({ once, force, rollout, rollback, reused, hotfix }: Build): string {
  return [
    rollback && `rollback to the image of ${rollback.build}${rollback.from ? ` from ${rollback.from}` : ''}`,
    reused && `the image of ${reused.build} was used again`,
    once && 'parameters for this build only',
    force && 'forced',
    hotfix && 'a hotfix, which waits for no window and no alarm',
    rollout === false && 'without a rollout',
  ]
    .filter(Boolean)
    .join(', ');
}

/** Every parameter, or those that the request gave while nothing is resolved. */
function parametersOf({ resolved, parameters }: Build): string[] {
  if (!resolved) return Object.entries(parameters).map(([name, value]) => `${name} = ${value}`);
  return Object.entries(resolved).map(([name, { value, from, before }]) => {
    const earlier = before !== undefined && before !== value ? `, before ${before}` : '';
    return `${name} = ${value} (${from}${earlier})`;
  });
}

function imageOf({ imageId, imageGone, bom }: Build): string | undefined {
  if (!imageId) return undefined;
  const parts = [
    imageId,
    ...(bom ? [`${bom.packages} packages`] : []),
    ...(bom?.kernel ? [`kernel ${bom.kernel}`] : []),
  ];
  return parts.join(', ') + (imageGone ? `; gone since ${dayAndTime(imageGone.at)}: ${imageGone.why}` : '');
}

/** That an image was called bad, and is no more. */
function unrevokedOf({ at, by, reason, revoked }: NonNullable<Build['unrevoked']>[number]): string {
  const was = revoked.reason ? ` ("${revoked.reason}")` : '';
  return `${dayAndTime(at)}${by ? ` by ${callerOf(by)}` : ''}: "${reason}"; revoked ${dayAndTime(revoked.at)}${was}`;
}

function baseOf({ baseImageId, baseBuild }: Build): string | undefined {
  return baseImageId && `${baseImageId}${baseBuild ? ` of ${baseBuild}` : ''}`;
}

/** Why an image is not used again. */
function badOf({ revoked, rolledBack }: Build): string | undefined {
  if (revoked) {
    const by = revoked.by ? ` by ${callerOf(revoked.by)}` : '';
    return `revoked ${dayAndTime(revoked.at)}${by}${revoked.reason ? `: "${revoked.reason}"` : ''}`;
  }
  if (!rolledBack) return undefined;
  const { at, by, why } = rolledBack;
  return `rolled back ${dayAndTime(at)} by ${by}${why ? `: ${why}` : ''}`;
}

/** `+3 ~12 -1`: added, upgraded, removed. */
export function packagesOf(changes: PackageChanges | undefined): string | undefined {
  if (!changes) return undefined;
  const { added, upgraded, removed } = changes.counts;
  const kernel = changes.kernel ? `, kernel ${changes.kernel.from} → ${changes.kernel.to}` : '';
  return `+${added} ~${upgraded} -${removed} since ${changes.since}${kernel}`;
}

function gateText(gate: Gate | undefined): string | undefined {
  if (!gate) return undefined;
  const { decision, decidedAt, by, reason, expiresAt, opensAt, onTimeout } = gate;
  if (decision === undefined)
    return `waits${opensAt ? `, opens ${dayAndTime(opensAt)} UTC` : ''} until ${dayAndTime(expiresAt)} UTC, then ${describeTimeout(onTimeout)}`;
  return `${decision}${decidedAt ? ` ${dayAndTime(decidedAt)} UTC` : ''}${by ? ` by ${callerOf(by)}` : ''}${reason ? `: "${reason}"` : ''}`;
}

function actOf({ at, act, by, reason }: Act): string {
  return `${dayAndTime(at)} ${act}${by ? ` by ${callerOf(by)}` : ''}${reason ? `: "${reason}"` : ''}`;
}

function stageLines(stage: Stage, now: Date, columns: number): string[] {
  const where = stage.autoScalingGroup ?? stage.region;
  const name = `${stage.stage}${where ? ` ${where}` : ''}`;
  const took = duration(secondsBetween(stage.startedAt, stage.endedAt ?? now));
  const line = cut(
    `  ${clockTime(stage.startedAt)}  ${markOf(stage.outcome)} ${name}  ${stage.outcome}  ${took}`,
    columns,
  );
  if (stage.outcome === 'succeeded') return [line];
  const said = [
    stage.waitsFor && `waits for ${stage.waitsFor}`,
    stage.says !== stage.waitsFor && stage.says && `AWS says: ${stage.says}`,
  ];
  return [line, ...said.flatMap((text) => (text ? wrap(text, columns, ' '.repeat(14)) : []))];
}

function rolloutOf({
  autoScalingGroup,
  version,
  verified,
  notBack,
  ringing,
}: Build['rollouts'][number]): string {
  const how = verified ? `✔ ${verified.servers} servers verified by ${verified.by}` : 'not verified';
  const came = notBack ? `✖ not brought back: ${notBack.why}` : how;
  const unwatched = ringing ? `, though these alarms rang: ${ringing.join(', ')}` : '';
  return `${autoScalingGroup}  template version ${version}  ${came}${unwatched}`;
}

/** Why a build failed, in as many lines as that takes. */
export function errorLines({ error }: Build, columns: number): string[] {
  if (!error) return [];
  const [first = '', ...rest] = error.message.split('\n');
  const head = `✖ ${error.name}${error.stage ? ` in ${error.stage}` : ''}: ${first}`;
  return [...wrap(head, columns), ...rest.map((line) => cut(`  ${line}`, columns))];
}

/** The server on which a build failed, while people may look at it. */
export function heldServerLines({ heldServer }: Build, now: Date, columns: number): string[] {
  if (!heldServer || heldServer.gone || secondsBetween(now, heldServer.until) < 0) return [];
  const left = duration(secondsBetween(now, heldServer.until));
  return wrap(
    `‖ ${heldServer.instanceId} is held for ${left} more: aws ssm start-session --target ${heldServer.instanceId}`,
    columns,
  );
}
