import { writeFile } from 'node:fs/promises';
import { interruptible } from '../interrupted';
import { aloud, type Teller } from '../story/tell';
import { type Asked, askConsent } from './consent';
import { lookForAll } from './look/look';
import { type Names, namesOf, newName, removalCommand } from './names';
import { findPlace, type Place, type PlaceSettings, timeIn } from './place';
import { planText, SERVERS } from './plan';
import { costsOf, PRICES_OF, quantitiesOf, totalOf } from './prices';
import { type Removed, removeAll } from './remove';
import { type Report, reportText } from './report';
import { runSteps, type Stage, Steps } from './steps';

export interface VerifyOptions {
  readonly region?: string;
  readonly yes: boolean;
  readonly name?: string;
  /** A file for the report as JSON. */
  readonly report?: string;
  /** The name of a verification that is only to be removed. */
  readonly remove?: string;
}

/** What a verification is given beside its options. */
export interface VerifyContext {
  /** Instead of the SDK's own settings. */
  readonly settings?: PlaceSettings;
  readonly teller: Teller;
  readonly say: (text: string) => void;
  /** Who is asked; the terminal, unless given. */
  readonly asked?: Asked;
}

const SECONDS_PER_HOUR = 3600;

/** `npm run verify`: the end-to-end story against the account that the credentials name. */
export function runVerify(options: VerifyOptions): Promise<void> {
  return interruptible(async (signal) => {
    const context = { teller: aloud, say: console.log };
    const ok = options.remove
      ? await removeOnly(options, context)
      : (await verify(options, context, signal)).ok;
    if (!ok) process.exitCode = 1;
  });
}

/**
 * Runs a verification and removes all that it made, whatever comes.
 *
 * @param signal interrupts it: then it removes all that it has made
 * @throws Error where it is not agreed to or cannot begin; the signal's reason, when all is removed
 */
export async function verify(
  options: VerifyOptions,
  context: VerifyContext,
  signal: AbortSignal,
): Promise<Report> {
  const { teller, say } = context;
  const names = namesOf(options.name ?? newName(), regionOf(options));
  const place = await findPlace(names.region, context.settings);
  await refuseTaken(place, names);
  say(planText(place, names));
  await askConsent(options.yes, signal, context.asked);
  say(`\nIf this program should end before it has removed everything:\n  ${removalCommand(names)}`);
  const stage: Stage = { place, names, teller, signal };
  const report = await runAndRemove(stage, say);
  if (options.report) await writeFile(options.report, `${JSON.stringify(report, undefined, 2)}\n`);
  teller.chapter('Report');
  say(reportText(report));
  if (report.left.length > 0) say(`to remove what is left: ${removalCommand(names)}`);
  signal.throwIfAborted();
  return report;
}

/**
 * Removes all that carries the name of a verification.
 *
 * @returns whether nothing is left
 */
export async function removeOnly(
  options: VerifyOptions,
  { settings, teller, say }: VerifyContext,
): Promise<boolean> {
  const names = namesOf(options.remove ?? '', regionOf(options));
  const place = await findPlace(names.region, settings);
  teller.chapter(`Remove ${names.name} from account ${place.account}, ${names.region}`);
  const { left, goesByItself } = await removeAll(place, names, teller);
  for (const one of goesByItself) say(`goes by itself: ${one}`);
  say(`left in the account: ${left.join(', ') || 'nothing'}`);
  return left.length === 0;
}

function regionOf({ region = process.env.AWS_REGION }: VerifyOptions): string {
  if (region) return region;
  throw new Error('--region: name the region to verify in, such as us-east-1');
}

async function refuseTaken({ settings }: Place, names: Names): Promise<void> {
  const there = await lookForAll(settings, names);
  if (there.length === 0) return;
  throw new Error(
    `there is something of the name ${names.name} already (${there.slice(0, 3).join(', ')}): take another name, or remove it with ${removalCommand(names)}`,
  );
}

async function runAndRemove(stage: Stage, say: (text: string) => void): Promise<Report> {
  const { place, names, teller, signal } = stage;
  const steps = new Steps(place, teller);
  const problems: string[] = [];
  const startedAt = await timeIn(place);
  try {
    await runSteps(stage, steps);
  } catch (error) {
    problems.push(signal.aborted ? 'interrupted' : messageOf(error));
    say(
      `\n${problems[0]}: all that was made is removed now; if that is interrupted too: ${removalCommand(names)}`,
    );
  }
  const removed = await steps
    .step('remove everything', () => removeAll(place, names, teller))
    .catch(async (error: unknown): Promise<Removed> => {
      problems.push(`not all is removed: ${messageOf(error)}`);
      const left = await lookForAll(place.settings, names).catch(() => ['what that is cannot be seen']);
      return { left, goesByItself: [] };
    });
  if (removed.left.length > 0) problems.push(`left over: ${removed.left.join(', ')}`);
  return composeReport(stage, steps, removed, problems, startedAt);
}

async function composeReport(
  { place, names }: Stage,
  { results, builds, traffic }: Steps,
  removed: Removed,
  problems: readonly string[],
  startedAt: number,
): Promise<Report> {
  const hours = ((await timeIn(place)) - startedAt) / 1000 / SECONDS_PER_HOUR;
  const building = builds.reduce((sum, { seconds }) => sum + seconds, 0) / SECONDS_PER_HOUR;
  const costs = costsOf(
    quantitiesOf({
      hours,
      // While a build runs there are temporary instances, or the servers that take the others' place.
      instanceHours: SERVERS * (hours + building),
      images: builds.length,
      transitions: builds.reduce((sum, { transitions }) => sum + transitions, 0),
    }),
  );
  const logged = await place.aws?.calls();
  return {
    ok: problems.length === 0,
    problems,
    name: names.name,
    account: place.account,
    region: names.region,
    embedded: place.isEmbedded,
    startedAt: new Date(startedAt).toISOString(),
    steps: results,
    builds,
    traffic: traffic.map(({ during, requests, failed, failures, versions }) => ({
      during,
      requests,
      failed,
      failures,
      versions,
    })),
    calls: { own: place.calls.byService(), ...(logged && { all: countByService(logged) }) },
    costs: { dollars: totalOf(costs), prices: PRICES_OF, of: costs },
    left: removed.left,
    goesByItself: removed.goesByItself,
  };
}

function countByService(calls: readonly { readonly service: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { service } of calls) counts[service] = (counts[service] ?? 0) + 1;
  return counts;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
