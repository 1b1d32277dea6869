import type { Plan } from '../../remote/answers';
import { describeTimeout } from '../marks';
import { counted, cut, fold, table, wrap } from '../text';
import { dayAndTime, duration } from '../time';
import { describePrice, type PlanPrice, usageWords } from './price';

/**
 * What a build would do, in lines: what changes (~), what stays (=), what would stop it (✖), what is not known (?).
 *
 * @param columns how wide a line may be
 * @param price what it comes to, where somebody asked for that
 */
export function describePlan(plan: Plan, region: string, columns: number, price?: PlanPrice): string[] {
  const { id, pipeline, changes, blockers, notKnown, hold } = plan;
  const rows = changes.map(({ what, before, after, why }) => [
    `  ~ ${what}`,
    `${before ?? '(none)'} → ${after ?? '(none)'}${why ? `  ${why}` : ''}`,
  ]);
  const said = (mark: string, text: string) => hang(wrap(`${mark} ${text}`, columns - 4));
  return [
    `Plan ${id} · ${pipeline} · ${region} · changes nothing`,
    ...imageLines(plan).flatMap((text) => hang(wrap(text, columns - 4))),
    ...table(rows, columns),
    ...table(targetRows(plan), columns),
    ...blockers.flatMap((text) => said('✖', text)),
    ...notKnown.flatMap((text) => said('?', text)),
    ...(hold ? said('‖', hold.message) : []),
    ...(plan.running
      ? said('◐', `${plan.running} runs now: this one would wait, or take the place of another that waits`)
      : []),
    ...(plan.supersedes ? said('■', `takes the place of ${plan.supersedes}, which waits`) : []),
    ...wordsOf(plan, columns),
    ...(price ? hang(wrap(describePrice(price), columns - 4)) : []),
    cut(summaryOf(plan), columns),
  ];
}

/** Two columns to the right, and what follows the first line two more. */
function hang(lines: readonly string[]): string[] {
  return lines.map((line, at) => `${at === 0 ? '  ' : '    '}${line}`);
}

function imageLines({ image, changes }: Plan): string[] {
  if (!image) return [];
  if (image.reuse) return [`= image ${image.reuse.imageId} of ${image.reuse.build} is used again`];
  if (image.bakes === false) return [];
  const why = image.why ?? changes.filter((change) => change.bakes).map((change) => change.what);
  return [`~ image a new one is baked${why.length > 0 ? `: ${why.join('; ')}` : ''}`];
}

function targetRows({ targets }: Plan): string[][] {
  return targets.map(({ autoScalingGroup, servers, fromVersion, action, why }) => {
    const [group, count] = [autoScalingGroup, counted(servers, 'server')];
    if (action === 'skip') return [`  = ${group}`, count, `skipped: ${why ?? 'has this release'}`];
    const does = `${fromVersion ? `v${fromVersion} → ` : ''}a new version`;
    return [`  ~ ${group}`, count, [does, ...(why ? [why] : [])].join(': ')];
  });
}

function wordsOf({ window, approval, seconds, undoSeconds, usage }: Plan, columns: number): string[] {
  const rules = [
    ...(window ? [describeWindow(window)] : []),
    ...(approval ? [describeApproval(approval)] : ['no approval']),
  ];
  const effort = [
    ...(seconds
      ? [`time ${duration(seconds.least)} to ${duration(seconds.most)} (${counted(seconds.builds, 'build')})`]
      : []),
    ...(undoSeconds === undefined ? [] : [`undo about ${duration(undoSeconds)}`]),
  ];
  return [rules, effort, usage ? usageWords(usage) : []].flatMap((words) =>
    fold(words, columns - 2, ' · ').map((line) => `  ${line}`),
  );
}

function describeWindow({ isOpen, opensAt, closesAt }: NonNullable<Plan['window']>): string {
  return isOpen ? `window open until ${dayAndTime(closesAt)} UTC` : `window opens ${dayAndTime(opensAt)} UTC`;
}

function describeApproval({ within, onTimeout, approvers }: NonNullable<Plan['approval']>): string {
  const who = approvers === 'other' ? 'another person' : 'a person';
  return `waits ${duration(within)} for ${who} to approve, then ${describeTimeout(onTimeout)}`;
}

function summaryOf({ image, targets, blockers }: Plan): string {
  const bakes = image && !image.reuse && image.bakes !== false ? 1 : 0;
  const skipped = targets.filter(({ action }) => action === 'skip').length;
  return `${counted(bakes, 'bake')}, ${counted(targets.length - skipped, 'group')} to roll out to, ${skipped} unchanged, ${counted(blockers.length, 'blocker')}.`;
}
