/** Who an access key belongs to. Any key that the embedded AWS has not issued itself is the account's root user. */
export interface Principal {
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  /** The role behind temporary credentials. */
  readonly roleArn?: string;
}
