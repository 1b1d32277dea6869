/** A service that a VPC can have an endpoint of. */
export interface EndpointService {
  readonly gateway: boolean;
  readonly interface: boolean;
}

/** Services with gateway endpoints. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html */
const GATEWAYS = ['s3', 'dynamodb'];

/** The names of the services with gateway endpoints in a region. */
export const gatewayServices = (region: string): string[] =>
  GATEWAYS.map((service) => `com.amazonaws.${region}.${service}`);

/** Services with interface endpoints, as far as they are here. https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html */
const INTERFACES = [
  'autoscaling',
  'cloudformation',
  'dynamodb',
  'ec2',
  'ec2messages',
  'ecr.api',
  'ecr.dkr',
  'elasticloadbalancing',
  'events',
  'execute-api',
  'kms',
  'lambda',
  'logs',
  'monitoring',
  's3',
  'scheduler',
  'secretsmanager',
  'sns',
  'ssm',
  'ssmmessages',
  'states',
  'sts',
  'sync-states',
];

/** All that `findEndpointService` finds in a region, by name. */
export function endpointServices(region: string): [string, EndpointService][] {
  return [...new Set([...GATEWAYS, ...INTERFACES])]
    .sort()
    .map((service) => [
      `com.amazonaws.${region}.${service}`,
      { gateway: GATEWAYS.includes(service), interface: INTERFACES.includes(service) },
    ]);
}

/** Looks up `com.amazonaws.<region>.<service>`. */
export function findEndpointService(region: string, name: string): EndpointService | undefined {
  const prefix = `com.amazonaws.${region}.`;
  if (!name.startsWith(prefix)) return undefined;
  const service = name.slice(prefix.length);
  const found = { gateway: GATEWAYS.includes(service), interface: INTERFACES.includes(service) };
  return found.gateway || found.interface ? found : undefined;
}
