import { validationError } from '../../errors';
import type { ResourceContext } from '../../resources/resource';
import { isObject } from '../../template/template';

/** What of a stack the waiting for signals needs. */
interface Listening {
  /** Those that have come so far. */
  signals(): readonly { readonly id: string; readonly success: boolean }[];
  /** AWS's time, in milliseconds. */
  now(): number;
  readonly until: ResourceContext['until'];
}

/** The time that signals have where nothing is said. */
const USUAL_TIMEOUT = 'PT5M';

/**
 * Waits until a CreationPolicy is satisfied, at once where there is none.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-creationpolicy.html
 *
 * @throws AwsError `ValidationError` for too many failures, and for signals that do not come in time
 */
export async function awaitSignals(policy: unknown, { signals, now, until }: Listening): Promise<void> {
  const wanted = isObject(policy) ? policy.ResourceSignal : undefined;
  if (!isObject(wanted)) return;
  const count = Number(wanted.Count ?? 1);
  const percent = percentOf(policy);
  // Where no failure is allowed, the first says which it was.
  const mayFail = percent === undefined ? 0 : count - Math.ceil((count * percent) / 100);
  const deadline = now() + readDuration(String(wanted.Timeout ?? USUAL_TIMEOUT)) * 1000;
  await until(async () => {
    const came = signals();
    const failed = came.filter(({ success }) => !success);
    const isLate = now() >= deadline;
    // A signal that does not come counts as a failure.
    const missing = isLate ? Math.max(0, count - came.length) : 0;
    if (failed.length + missing > mayFail) throw explain(failed, missing, count, percent);
    return came.length + missing >= count ? true : undefined;
  });
}

function explain(
  failed: readonly { readonly id: string }[],
  missing: number,
  count: number,
  percent?: number,
) {
  if (percent !== undefined)
    return validationError(
      `Received ${failed.length + missing} FAILURE signal(s) out of ${count}. Unable to satisfy ${percent}% MinSuccessfulInstancesPercent requirement`,
    );
  return validationError(
    failed[0]
      ? `Received FAILURE signal with UniqueId ${failed[0].id}`
      : `Failed to receive ${missing} resource signal(s) within the specified duration`,
  );
}

/** Of the instances of a group, those that must succeed, as far as the policy is a group's. */
function percentOf(policy: unknown): number | undefined {
  const group = isObject(policy) ? policy.AutoScalingCreationPolicy : undefined;
  return isObject(group) ? Number(group.MinSuccessfulInstancesPercent ?? 100) : undefined;
}

/** Seconds of an ISO 8601 duration such as `PT1H30M`. */
function readDuration(text: string): number {
  const match = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?$/.exec(text);
  if (!match || text === 'PT')
    throw validationError(`Template format error: ${text} is not a valid duration, e.g. PT15M`);
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return hours * 3600 + minutes * 60 + seconds;
}
