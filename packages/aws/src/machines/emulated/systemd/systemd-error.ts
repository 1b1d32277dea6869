/** What `systemctl` says of a request that it could not do. */
export class SystemdError extends Error {
  override readonly name = 'SystemdError';

  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

/** What systemctl says of a unit whose program failed. */
export function jobFailed(unit: string): string {
  return `Job for ${unit} failed because the control process exited with error code.\n${seeDetails(unit)}`;
}

/** Where systemctl says that one can look. */
export function seeDetails(unit: string): string {
  return `See "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.`;
}
