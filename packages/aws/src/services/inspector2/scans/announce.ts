import type { Finding } from '@aws-sdk/client-inspector2';
import type { EventBus } from '../../../core/event-bus';

const SOURCE = 'aws.inspector2';

/** https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html#event-finding */
export function announceFinding(bus: EventBus, finding: Finding): void {
  bus.announce({
    source: SOURCE,
    detailType: 'Inspector2 Finding',
    resources: (finding.resources ?? []).map(({ id = '' }) => id),
    detail: withTimes(finding),
  });
}

/** https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html#event-initial-scan */
export function announceScan(bus: EventBus, instanceId: string, findings: readonly Finding[]): void {
  const count = (severity: string) => findings.filter((one) => one.severity === severity).length;
  bus.announce({
    source: SOURCE,
    detailType: 'Inspector2 Scan',
    resources: [instanceId],
    detail: {
      'scan-status': 'INITIAL_SCAN_COMPLETE',
      'finding-severity-counts': {
        CRITICAL: count('CRITICAL'),
        HIGH: count('HIGH'),
        MEDIUM: count('MEDIUM'),
        TOTAL: findings.length,
      },
      'instance-id': instanceId,
      version: '1.0',
    },
  });
}

/** Times as the events have them: `Sep 4, 2024, 5:00:36 PM`. */
function withTimes(value: unknown): unknown {
  if (value instanceof Date)
    return value
      .toLocaleString('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' })
      .replace(/\u202f/g, ' ');
  if (Array.isArray(value)) return value.map(withTimes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withTimes(item)]));
}
