/** A region and the zones that a new account sees. */
export interface PublishedRegion {
  readonly partition: 'aws' | 'aws-cn' | 'aws-us-gov';
  readonly longName: string;
  /** Whether an account has to opt in before it can use the region. */
  readonly optIn?: true;
  /** The ids of the zones by their letters. Old regions have another order in each account; here it is always one. */
  readonly zones: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html */
declare const regions: Readonly<Record<string, PublishedRegion>>;
export default regions;
