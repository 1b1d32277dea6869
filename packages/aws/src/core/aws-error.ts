/** Codes by which services say that too many calls came at once. */
const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|ThroughputExceeded|SlowDown/;
/** What a service could not do at the moment. */
const FAILED: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** An error as AWS answers it: a code that clients match on, a message for people, an HTTP status. */
export class AwsError extends Error {
  /**
   * @param code AWS's error code, as in the API reference of the operation, e.g. `InvalidInstanceID.NotFound`
   * @param message what AWS says, with the value that was wrong
   * @param status HTTP status; 400 unless the API reference says otherwise
   * @param details further members of the error's shape, e.g. `{ Type: 'User' }`
   * @param headers of the answer, where S3 says something there too
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly details: Readonly<Record<string, unknown>> = {},
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.name = code;
  }
}

/**
 * Whether a refusal is one of its moment: a throttle. The same call may well succeed soon.
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function isThrottle(error: unknown): boolean {
  return error instanceof AwsError && (THROTTLED.test(error.code) || error.status === 429);
}

/** Whether a refusal is one of its moment: a throttle, or a failure of the service itself. */
export function mayPass(error: unknown): boolean {
  return isThrottle(error) || (error instanceof AwsError && FAILED.has(error.status));
}
