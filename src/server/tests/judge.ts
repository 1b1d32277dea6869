import type { Check } from '../../pipeline/definition/definition';
import type { EndedCommand } from '../command/ended';
import { describeEnd, type Report, TIMED_OUT, told } from '../command/report';
import { indent } from '../prepare/cloud-init';

const MEANINGS: Record<Check, string> = {
  cloudInit: 'cloud-init did not come to a good end',
  identity: 'the server is not one of its own',
  failedUnits: 'units of systemd have failed',
  enabledServices: 'services that are enabled do not run',
  worldWritable: 'anybody may write to files of the system',
  diskSpace: 'the disk is more than 90 % full',
};

/** What failed, a few lines each; nothing if all is well. */
export function findFailures(report: Report, ended: EndedCommand): string[] {
  const found = [...findFailedChecks(report), ...findFailedTest(report)];
  if (found.length > 0) return found;
  if (told(report, 'end') === 'done' && ended.status === 'Success') return [];
  const how =
    ended.status === TIMED_OUT
      ? 'They did not end in the time that they have (image.testWithin).'
      : `They ended as ${describeEnd(ended)}, and did not come to their end.`;
  const passed = listPassed(report);
  const last = passed.length > 0 ? [`The last test that passed is ${passed.at(-1)}.`] : [];
  return [how, ...last, ...(report.errors.trim() ? indent(report.errors.trim()) : [])];
}

function findFailedChecks({ entries }: Report): string[] {
  return entries.flatMap(({ name, text }) => {
    const check = name.replace(/^check-/, '');
    if (!isCheck(check) || check === name) return [];
    return [
      `${MEANINGS[check]} (the check ${check}, which image.skipChecks can leave out):`,
      ...indent(text.trimEnd()),
    ];
  });
}

function isCheck(name: string): name is Check {
  return Object.hasOwn(MEANINGS, name);
}

function findFailedTest(report: Report): string[] {
  const failed = readTests(report).find(({ status }) => status !== '0');
  if (!failed) return [];
  const output = told(report, 'output');
  return [
    `tests/${failed.name} failed with status ${failed.status}.`,
    ...(output ? ['The end of its output:', ...indent(output)] : ['It wrote nothing.']),
  ];
}

/** The names of the tests that passed. */
export function listPassed(report: Report): string[] {
  return readTests(report).flatMap(({ name, status }) => (status === '0' ? [name] : []));
}

function readTests({ entries }: Report): { name: string; status: string }[] {
  return entries.flatMap(({ name, text }) => {
    const [, test, status] = name === 'test' ? (/^(.+) (\d+)$/.exec(text.trimEnd()) ?? []) : [];
    return test && status ? [{ name: test, status }] : [];
  });
}
