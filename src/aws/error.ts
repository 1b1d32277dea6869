/** Whether an error of the SDK is one of these codes: `InvalidAMIName.Duplicate` and the like. */
export function isAwsError(error: unknown, ...codes: string[]): error is Error {
  return error instanceof Error && codes.includes(error.name);
}
