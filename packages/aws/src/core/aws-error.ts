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
