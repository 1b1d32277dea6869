import type { Prepared } from '../../build/record';
import { type Report, told } from '../command/report';
import { readPackages } from '../packages/package';
import { describeWarnings } from './cloud-init';
import { describeShort } from './secrets';

/** What a server must not have in common with the base instance, as SHA-256 in hex; empty where that had none. */
export interface Identity {
  machineId: string;
  hostKey: string;
}

export function describeIdentity(report: Report): Identity {
  return { machineId: told(report, 'machine-id') ?? '', hostKey: told(report, 'host-key') ?? '' };
}

/** What the record tells of a preparation that went well. */
export function describePrepared(report: Report): Prepared {
  const isUnlisted = readPackages(report).length === 0;
  const warnings = [
    ...describeWarnings(report),
    ...describeShort(report),
    ...(isUnlisted ? ['no package manager has listed anything: the bill of materials is empty'] : []),
  ].map((text) => text.slice(0, 500));
  return {
    by: 'agent',
    ...(told(report, 'prepare') === '0' && { ownScript: true as const }),
    ...(warnings.length > 0 && { warnings: warnings.slice(0, 20) }),
  };
}
