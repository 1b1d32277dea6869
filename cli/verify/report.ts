import { clockText } from '../story/tell';
import type { TrafficReport } from '../story/traffic';
import type { EndedBuild } from './builds';
import type { Calls } from './calls';
import { costLines } from './plan';
import { type Cost, dollarsText, PRICES_OF, totalOf } from './prices';

/** A step of a verification. Seconds are AWS's, and those of whoever waited. */
export interface StepResult {
  readonly step: string;
  readonly ok: boolean;
  readonly seconds: number;
  readonly realSeconds: number;
}

/** The document that a verification writes. */
export interface Report {
  readonly ok: boolean;
  /** Why it is not ok, in words. */
  readonly problems: readonly string[];
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly embedded: boolean;
  /** AWS's time, ISO 8601. */
  readonly startedAt: string;
  readonly steps: readonly StepResult[];
  readonly builds: readonly EndedBuild[];
  readonly traffic: readonly (Pick<TrafficReport, 'requests' | 'failed' | 'failures' | 'versions'> & {
    readonly during: string;
  })[];
  readonly calls: {
    /** Those of this program, by service. */
    readonly own: Calls;
    /** Those that the embedded AWS has in its log of whoever made them, by service: the newest of them. */
    readonly all?: Calls;
  };
  /** At most, by the list prices. */
  readonly costs: { readonly dollars: number; readonly prices: string; readonly of: readonly Cost[] };
  /** What is still in the account, in words. */
  readonly left: readonly string[];
  readonly goesByItself: readonly string[];
}

const sumOf = (calls: Calls) => Object.values(calls).reduce((sum, count) => sum + count, 0);

/** The report as a person reads it. */
export function reportText(report: Report): string {
  const { steps, builds, traffic, calls, costs, left, goesByItself, problems } = report;
  return [
    'step                                      AWS time   here',
    ...steps.map(
      ({ step, ok, seconds, realSeconds }) =>
        `${step.padEnd(40)}  ${clockText(seconds).padStart(8)}  ${clockText(realSeconds).padStart(5)}${ok ? '' : '  failed'}`,
    ),
    '',
    ...builds.map(
      ({ id, version, status, seconds, transitions }) =>
        `${id}  version ${version}  ${status}  ${clockText(seconds).trim()}, ${transitions} transitions`,
    ),
    ...traffic.map(
      ({ during, requests, failed, versions }) =>
        `${during}: ${requests} requests, ${failed} failed; ${versionsText(versions)}`,
    ),
    `${sumOf(calls.own)} calls of this program: ${callsText(calls.own)}`,
    ...(calls.all
      ? [`${sumOf(calls.all)} calls in the log of the embedded AWS: ${callsText(calls.all)}`]
      : []),
    '',
    `At most, by the list prices of us-east-1 in ${PRICES_OF} (an estimate):`,
    ...costLines(costs.of),
    '',
    `left in the account: ${left.join(', ') || 'nothing'}`,
    ...goesByItself.map((one) => `goes by itself: ${one}`),
    ...problems.map((problem) => `not as it should be: ${problem}`),
    ...(problems.length === 0 ? [`all as it should be, for ${dollarsText(totalOf(costs.of))} at most`] : []),
  ].join('\n');
}

function versionsText(versions: Readonly<Record<string, number>>): string {
  return Object.entries(versions)
    .map(([version, count]) => `${count} with version ${version}`)
    .join(', ');
}

function callsText(calls: Calls): string {
  return Object.entries(calls)
    .sort(([, one], [, other]) => other - one)
    .map(([service, count]) => `${service} ${count}`)
    .join(', ');
}
