/** Who calls. */
export interface Principal {
  /** Empty where no key signed the call: nobody's, or an AWS service's own. */
  readonly accessKeyId: string;
  readonly accountId: string;
  readonly arn: string;
  readonly userId: string;
  /** The role behind temporary credentials. */
  readonly roleArn?: string;
}

/** Who sends a request without a signature. */
export const ANONYMOUS: Principal = {
  accessKeyId: '',
  accountId: 'anonymous',
  arn: 'anonymous',
  userId: 'anonymous',
};
