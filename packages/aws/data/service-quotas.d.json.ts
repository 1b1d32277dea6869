/** A quota that AWS gives every account, with its default value. `usage` is the class under which CloudWatch counts vCPUs. */
export interface PublishedQuota {
  readonly service: string;
  readonly code: string;
  readonly name: string;
  readonly value: number;
  readonly usage?: string;
}
/** https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html */
declare const quotas: readonly PublishedQuota[];
export default quotas;
