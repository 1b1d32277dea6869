/** How a Classic Load Balancer is set. https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_LoadBalancerAttributes.html */
export interface Attributes {
  crossZone: boolean;
  accessLog: {
    readonly Enabled: boolean;
    readonly S3BucketName?: string;
    readonly EmitInterval?: number;
    readonly S3BucketPrefix?: string;
  };
  draining: { readonly enabled: boolean; readonly timeoutSeconds: number };
  idleTimeoutSeconds: number;
  desyncMode: string;
}

/** Those that a load balancer has that is made through the API. */
export function defaultAttributes(): Attributes {
  return {
    crossZone: false,
    accessLog: { Enabled: false },
    draining: { enabled: false, timeoutSeconds: 300 },
    idleTimeoutSeconds: 60,
    desyncMode: 'defensive',
  };
}
