import type { FixAvailable, Severity } from '@aws-sdk/client-inspector2';

/** A vulnerability that Inspector is to find, as a test says it. */
export interface Vulnerability {
  /** `CVE-2026-1234` */
  readonly vulnerabilityId: string;
  readonly severity: Severity;
  /** On instances of this image; on all where neither this nor an instance is said. */
  readonly imageId?: string;
  readonly instanceId?: string;
  /** The package that has it: `openssl` by default. */
  readonly package?: string;
  readonly version?: string;
  readonly release?: string;
  readonly fixAvailable?: FixAvailable;
  readonly fixedInVersion?: string;
  readonly inspectorScore?: number;
  readonly description?: string;
  /** `us-east-1` by default. */
  readonly region?: string;
}

const SEVERITIES = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL', 'UNTRIAGED'];
const TEXTS = [
  'imageId',
  'instanceId',
  'package',
  'version',
  'release',
  'fixedInVersion',
  'description',
  'region',
];

/**
 * Reads what somebody wants Inspector to find.
 * @throws RangeError that says what is wrong
 */
export function readVulnerability(input: unknown): Vulnerability {
  if (typeof input !== 'object' || input === null) throw new RangeError('a vulnerability is an object');
  const given = input as Record<string, unknown>;
  const known = ['vulnerabilityId', 'severity', 'fixAvailable', 'inspectorScore', ...TEXTS];
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) throw new RangeError(`${unknown}: expected one of ${known.join(', ')}`);
  if (typeof given.vulnerabilityId !== 'string') throw new RangeError('vulnerabilityId: expected a text');
  if (!SEVERITIES.includes(String(given.severity)))
    throw new RangeError(`severity: expected one of ${SEVERITIES.join(', ')}`);
  if (!['YES', 'NO', 'PARTIAL', undefined].includes(given.fixAvailable as string | undefined))
    throw new RangeError('fixAvailable: expected YES, NO or PARTIAL');
  const wrong = TEXTS.find((name) => given[name] !== undefined && typeof given[name] !== 'string');
  if (wrong !== undefined) throw new RangeError(`${wrong}: expected a text`);
  if (given.inspectorScore !== undefined && typeof given.inspectorScore !== 'number')
    throw new RangeError('inspectorScore: expected a number');
  return given as unknown as Vulnerability;
}
