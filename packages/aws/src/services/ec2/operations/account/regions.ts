import type { AvailabilityZone } from '@aws-sdk/client-ec2';
import { listRegions, type RegionSummary, zoneGroupLongName, zonesOf } from '../../catalogue/regions';
import { compileFilters, type FilterTable } from '../../collections/filters';
import { invalidParameterValue } from '../../errors';
import type { Op } from '../../state';

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

export const DescribeRegions: Op<'DescribeRegions'> = (_ec2, input) => {
  const regions = listRegions();
  for (const name of input.RegionNames ?? []) {
    if (!regions.some((region) => region.name === name)) {
      throw invalidParameterValue(`Invalid region names: [${name}]`);
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
};

export const DescribeAvailabilityZones: Op<'DescribeAvailabilityZones'> = (ec2, input) => {
  const zones = zonesOf(ec2.context.region).map(
    (zone): AvailabilityZone => ({
      ZoneName: zone.name,
      ZoneId: zone.id,
      ZoneType: 'availability-zone',
      State: 'available',
      RegionName: ec2.context.region,
      OptInStatus: 'opt-in-not-required',
      GroupName: `${ec2.context.region}-zg-1`,
      GroupLongName: zoneGroupLongName(ec2.context.region),
      NetworkBorderGroup: ec2.context.region,
      Messages: [],
    }),
  );
  const names = input.ZoneNames ?? [];
  const ids = input.ZoneIds ?? [];
  for (const name of names) {
    if (!zones.some((zone) => zone.ZoneName === name)) {
      throw invalidParameterValue(`Invalid availability zone: [${name}]`);
    }
  }
  for (const id of ids) {
    if (!zones.some((zone) => zone.ZoneId === id)) {
      throw invalidParameterValue(`Invalid availability zone-id: [${id}]`);
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
};

function endpointOf(region: RegionSummary): string {
  return `ec2.${region.name}.amazonaws.com`;
}

function optInStatus(region: RegionSummary): string {
  return region.optIn ? 'not-opted-in' : 'opt-in-not-required';
}
