import type { InstanceInformation } from '@aws-sdk/client-ssm';
import { takePage } from '../../../core/paging';
import { AGENT_VERSION, type ManagedInstance } from '../agents/agents';
import { badToken, invalid, invalidFilterKey } from '../errors';
import type { Op } from '../state';

const PAGE_SIZE = 10;

export const DescribeInstanceInformation: Op<'DescribeInstanceInformation'> = async (ssm, input) => {
  const { Filters = [], InstanceInformationFilterList = [], MaxResults, NextToken } = input;
  if (Filters.length > 0 && InstanceInformationFilterList.length > 0)
    throw invalid('Filters and InstanceInformationFilterList cannot be specified together.');
  const fits = [
    ...Filters.map(({ Key = '', Values = [] }) => readFilter(Key, Values)),
    ...InstanceInformationFilterList.map(({ key = '', valueSet = [] }) => readFilter(key, valueSet)),
  ];
  const all = (await ssm.agents.list())
    // What is stopped is not shown, though it is still managed.
    .filter(({ instance }) => instance.State?.Name !== 'stopped')
    .filter((managed) => fits.every((matches) => matches(managed)));
  const { items, next } = takePage(all, {
    token: NextToken,
    size: MaxResults ?? PAGE_SIZE,
    idOf: ({ instance }) => instance.InstanceId ?? '',
    refuse: badToken,
    question: { Filters, InstanceInformationFilterList },
  });
  return { InstanceInformationList: items.map(showInstance), ...(next && { NextToken: next }) };
};

function showInstance({ instance, pingStatus, lastPing }: ManagedInstance): InstanceInformation {
  const { InstanceId } = instance;
  return {
    InstanceId,
    PingStatus: pingStatus,
    LastPingDateTime: lastPing,
    AgentVersion: AGENT_VERSION,
    IsLatestVersion: true,
    PlatformType: 'Linux',
    PlatformName: 'Amazon Linux',
    PlatformVersion: '2023',
    ResourceType: 'EC2Instance',
    IPAddress: instance.PrivateIpAddress,
    ComputerName: instance.PrivateDnsName,
    SourceId: InstanceId,
    SourceType: 'AWS::EC2::Instance',
  };
}

/** Of what all instances here have the same. */
const FIXED: Readonly<Record<string, string | undefined>> = {
  AgentVersion: AGENT_VERSION,
  PlatformTypes: 'Linux',
  ResourceType: 'EC2Instance',
  SourceTypes: 'AWS::EC2::Instance',
  // Of servers that are no instances; no association is ever made.
  ActivationIds: undefined,
  IamRole: undefined,
  AssociationStatus: undefined,
};

const KEYS = ['InstanceIds', 'SourceIds', 'PingStatus', ...Object.keys(FIXED)];

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformationStringFilter.html */
function readFilter(key: string, values: readonly string[]): (managed: ManagedInstance) => boolean {
  const tagsOf = ({ instance: { Tags = [] } }: ManagedInstance) => Tags;
  if (key === 'InstanceIds' || key === 'SourceIds')
    return ({ instance }) => values.includes(instance.InstanceId ?? '');
  if (key === 'PingStatus') return ({ pingStatus }) => values.includes(pingStatus);
  if (key === 'tag-key') return (managed) => tagsOf(managed).some(({ Key = '' }) => values.includes(Key));
  if (key.startsWith('tag:'))
    return (managed) =>
      tagsOf(managed).some(({ Key, Value = '' }) => Key === key.slice(4) && values.includes(Value));
  if (!Object.hasOwn(FIXED, key)) throw invalidFilterKey(key, KEYS);
  const fixed = FIXED[key];
  return () => fixed !== undefined && values.includes(fixed);
}
