import { PreparationFailed } from '../../errors';
import type { EndedCommand } from '../command/ended';
import { describeEnd, type Report, TIMED_OUT, told } from '../command/report';
import { indent } from './cloud-init';

/**
 * Checks that the preparation came to its end, the pipeline's own part of it included.
 *
 * @throws PreparationFailed with the end of what it wrote
 */
export function checkOwnScript(report: Report, ended: EndedCommand, instanceId: string): void {
  const status = told(report, 'prepare');
  if (status !== undefined && status !== '0')
    throw new PreparationFailed(
      [
        `prepare.sh failed on ${instanceId} with status ${status}. The end of its output:`,
        ...indent(told(report, 'output') || '(nothing)'),
      ].join('\n'),
    );
  if (told(report, 'end') === 'done' && ended.status === 'Success') return;
  const how =
    ended.status === TIMED_OUT
      ? 'did not end in the time that it has (base.prepare.within)'
      : `ended as ${describeEnd(ended)}`;
  throw new PreparationFailed(
    [
      `The preparation of ${instanceId} ${how}.`,
      ...(report.errors.trim() ? ['It says:', ...indent(report.errors.trim())] : []),
    ].join('\n'),
  );
}
