import type { AvailabilityZone } from '@aws-sdk/client-ec2';
import { AwsError } from '../../../../core/aws-error';
import { listRegions, type RegionSummary, zoneGroupLongName, zonesOf } from '../../catalogue/regions';
import { compileFilters, type FilterTable } from '../../collections/filters';
import type { Ec2Operations, Ec2State } from '../../state';

const regionFilters: FilterTable<RegionSummary> = {
  endpoint: (region) => endpointOf(region),
  'opt-in-status': (region) => optInStatus(region),
  'region-name': (region) => region.name,
};

const zoneFilters: FilterTable<AvailabilityZone> = {
  'group-name': (zone) => zone.GroupName,
  'group-long-name': (zone) => zone.GroupLongName,
  message: () => undefined,
  'opt-in-status': (zone) => zone.OptInStatus,
  'parent-zone-id': () => undefined,
  'parent-zone-name': () => undefined,
  'region-name': (zone) => zone.RegionName,
  state: (zone) => zone.State,
  'zone-id': (zone) => zone.ZoneId,
  'zone-name': (zone) => zone.ZoneName,
  'zone-type': (zone) => zone.ZoneType,
};

/** What an account may do and have; the values of a new one. */
const accountAttributes: Readonly<Record<string, (state: Ec2State) => string[]>> = {
  'supported-platforms': () => ['VPC'],
  'default-vpc': (state) => [state.vpcs.values().find((vpc) => vpc.IsDefault)?.VpcId ?? 'none'],
  'max-instances': () => ['20'],
  'vpc-max-security-groups-per-interface': () => ['5'],
  'max-elastic-ips': () => ['5'],
  'vpc-max-elastic-ips': () => ['5'],
};

/** Regions, their zones and the attributes of the account. */
export function regionOperations(state: Ec2State) {
  return {
    DescribeRegions(input) {
      const regions = listRegions();
      for (const name of input.RegionNames ?? []) {
        if (!regions.some((region) => region.name === name)) {
          throw new AwsError('InvalidParameterValue', `Invalid region names: [${name}]`);
        }
      }
      const matches = compileFilters(input.Filters, regionFilters);
      const found = regions.filter(
        (region) =>
          (input.AllRegions || !region.optIn || input.RegionNames?.includes(region.name)) &&
          (!input.RegionNames?.length || input.RegionNames.includes(region.name)) &&
          matches(region),
      );
      return {
        Regions: found.map((region) => ({
          RegionName: region.name,
          Endpoint: endpointOf(region),
          OptInStatus: optInStatus(region),
        })),
      };
    },
    DescribeAvailabilityZones(input) {
      const zones = zonesOf(state.context.region).map(
        (zone): AvailabilityZone => ({
          ZoneName: zone.name,
          ZoneId: zone.id,
          ZoneType: 'availability-zone',
          State: 'available',
          RegionName: state.context.region,
          OptInStatus: 'opt-in-not-required',
          GroupName: `${state.context.region}-zg-1`,
          GroupLongName: zoneGroupLongName(state.context.region),
          NetworkBorderGroup: state.context.region,
          Messages: [],
        }),
      );
      const names = input.ZoneNames ?? [];
      const ids = input.ZoneIds ?? [];
      for (const name of names) {
        if (!zones.some((zone) => zone.ZoneName === name)) {
          throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${name}]`);
        }
      }
      for (const id of ids) {
        if (!zones.some((zone) => zone.ZoneId === id)) {
          throw new AwsError('InvalidParameterValue', `Invalid availability zone-id: [${id}]`);
        }
      }
      const matches = compileFilters(input.Filters, zoneFilters);
      return {
        AvailabilityZones: zones.filter(
          (zone) =>
            (names.length === 0 || names.includes(zone.ZoneName ?? '')) &&
            (ids.length === 0 || ids.includes(zone.ZoneId ?? '')) &&
            matches(zone),
        ),
      };
    },
    DescribeAccountAttributes(input) {
      const names: readonly string[] = input.AttributeNames ?? [];
      for (const name of names) {
        if (!Object.hasOwn(accountAttributes, name)) {
          throw new AwsError(
            'InvalidParameterValue',
            `Value (${name}) for parameter attributeName is invalid.`,
          );
        }
      }
      return {
        AccountAttributes: Object.entries(accountAttributes)
          .filter(([name]) => names.length === 0 || names.includes(name))
          .map(([AttributeName, values]) => ({
            AttributeName,
            AttributeValues: values(state).map((AttributeValue) => ({ AttributeValue })),
          })),
      };
    },
  } satisfies Ec2Operations;
}

function endpointOf(region: RegionSummary): string {
  return `ec2.${region.name}.amazonaws.com`;
}

function optInStatus(region: RegionSummary): string {
  return region.optIn ? 'not-opted-in' : 'opt-in-not-required';
}
