import type { ScanResults } from '@aws-sdk/client-ec2';
import type { Vulnerability } from './vulnerabilities';

/** Those that EC2 has words for, the mildest first. */
const SEVERITIES = ['INFORMATIONAL', 'LOW', 'MEDIUM', 'HIGH', 'CRITICAL'] as const;
type Severity = (typeof SEVERITIES)[number];

const FIXES = {
  INFORMATIONAL: 'InformationalFixAvailableSince',
  LOW: 'LowFixAvailableSince',
  MEDIUM: 'MediumFixAvailableSince',
  HIGH: 'HighFixAvailableSince',
  CRITICAL: 'CriticalFixAvailableSince',
} as const satisfies Record<Severity, keyof ScanResults>;

/**
 * What a scan of an image comes to, as EC2 tells it.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ScanResults.html
 */
export function summarize(found: readonly Vulnerability[], now: Date): ScanResults {
  const has = (severity: Severity, test: (one: Vulnerability) => boolean = () => true) =>
    found.some((one) => one.severity === severity && test(one));
  const worst = SEVERITIES.findLast((severity) => has(severity));
  const withFix = SEVERITIES.filter((severity) => has(severity, ({ fixAvailable }) => fixAvailable !== 'NO'));
  return {
    FindingScanDate: now,
    ...(worst && { HighestFindingSeverityLabel: LABELS[worst] }),
    ...Object.fromEntries(withFix.map((severity) => [FIXES[severity], now])),
  };
}

const LABELS = {
  INFORMATIONAL: 'informational',
  LOW: 'low',
  MEDIUM: 'medium',
  HIGH: 'high',
  CRITICAL: 'critical',
} as const;
