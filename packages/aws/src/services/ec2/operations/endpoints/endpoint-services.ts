import { createHash } from 'node:crypto';
import type { ServiceDetail } from '@aws-sdk/client-ec2';
import { endpointServices } from '../../catalogue/endpoint-services';
import { zonesOf } from '../../catalogue/regions';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { paginate } from '../../collections/pages';
import { invalidServiceName } from '../../errors';
import type { Op } from '../../state';

const serviceFilters: FilterTable<ServiceDetail> = {
  owner: (service) => service.Owner,
  'service-name': (service) => service.ServiceName,
  'service-region': (service) => service.ServiceRegion,
  'service-type': (service) => service.ServiceType?.map(({ ServiceType }) => ServiceType),
  'supported-ip-address-types': (service) => service.SupportedIpAddressTypes,
};

/**
 * AWS's services with endpoints, once for each type of endpoint that they have.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html
 */
export const DescribeVpcEndpointServices: Op<'DescribeVpcEndpointServices'> = (ec2, input) => {
  const { region } = ec2.context;
  const names = input.ServiceNames ?? [];
  const regions = input.ServiceRegions ?? [];
  const services = endpointServices(region);
  const unknown = names.find((name) => !services.some(([known]) => known === name));
  if (unknown !== undefined) throw invalidServiceName(`The Vpc Endpoint Service '${unknown}' does not exist`);
  const found = services
    .filter(([name]) => names.length === 0 || names.includes(name))
    .flatMap(([name, has]) => [
      ...(has.gateway ? [describeService(region, name, 'Gateway')] : []),
      ...(has.interface ? [describeService(region, name, 'Interface')] : []),
    ])
    .filter(({ ServiceRegion = '' }) => regions.length === 0 || regions.includes(ServiceRegion))
    .filter(compileFilters(input.Filters, serviceFilters));
  const page = paginate(found, input, {
    of: 'DescribeVpcEndpointServices',
    idOf: ({ ServiceId = '' }) => ServiceId,
    min: 1,
    max: 1000,
    question: [names, regions, input.Filters],
  });
  return {
    ServiceNames: [...new Set(page.items.map(({ ServiceName = '' }) => ServiceName))],
    ServiceDetails: page.items,
    NextToken: page.NextToken,
  };
};

function describeService(region: string, name: string, type: 'Gateway' | 'Interface'): ServiceDetail {
  const zones = zonesOf(region);
  const id = createHash('sha256').update(`${name} ${type}`).digest('hex').slice(0, 17);
  // com.amazonaws.us-east-1.ecr.api is at api.ecr.us-east-1.
  const label = name.split('.').slice(3).reverse().join('.');
  return {
    ServiceName: name,
    ServiceId: `vpce-svc-${id}`,
    ServiceType: [{ ServiceType: type }],
    ServiceRegion: region,
    AvailabilityZones: zones.map((zone) => zone.name),
    AvailabilityZoneIds: zones.map((zone) => zone.id),
    Owner: 'amazon',
    BaseEndpointDnsNames: [
      type === 'Gateway' ? `${label}.${region}.amazonaws.com` : `${label}.${region}.vpce.amazonaws.com`,
    ],
    VpcEndpointPolicySupported: true,
    AcceptanceRequired: false,
    ManagesVpcEndpoints: false,
    SupportedIpAddressTypes: ['ipv4'],
    Tags: [],
  };
}
