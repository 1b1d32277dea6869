import type { MetricFilter as MetricFilterShape } from '@aws-sdk/client-cloudwatch-logs';
import { takePage } from '../../../core/paging';
import { badToken, invalidParameter, limitExceeded, notFound } from '../errors';
import { type MetricFilter, readSelector } from '../filters';
import { parseFilterPattern } from '../patterns/filter-pattern';
import type { LogGroup, Op } from '../state';
import { groupName } from './read-group';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html */
const MOST_FILTERS = 100;
const PAGE = 50;

export const PutMetricFilter: Op<'PutMetricFilter'> = (logs, input) => {
  const group = logs.group(groupName(input.logGroupName));
  const { filterName: name = '', filterPattern: pattern = '', metricTransformations = [] } = input;
  const matches = parseFilterPattern(pattern);
  for (const { metricValue = '', dimensions = {}, defaultValue } of metricTransformations) {
    for (const selector of [metricValue, ...Object.values(dimensions)]) checkSelector(selector);
    if (defaultValue !== undefined && Object.keys(dimensions).length > 0)
      throw invalidParameter(
        'Invalid metric transformation: dimensions and default value are mutually exclusive properties.',
      );
  }
  if (!group.metricFilters.has(name) && group.metricFilters.size >= MOST_FILTERS) throw limitExceeded();
  group.metricFilters.set(name, {
    ...{ name, pattern, matches },
    transformations: metricTransformations,
    createdAt: logs.context.clock.millis(),
  });
  return {};
};

export const DescribeMetricFilters: Op<'DescribeMetricFilters'> = (logs, input) => {
  const { filterNamePrefix = '', metricName, metricNamespace } = input;
  if ((metricName === undefined) !== (metricNamespace === undefined))
    throw invalidParameter('The metricName and metricNamespace must be specified together.');
  const groups =
    input.logGroupName === undefined
      ? [...logs.groups.values()]
      : [logs.group(groupName(input.logGroupName))];
  const found = groups
    .flatMap((group) => [...group.metricFilters.values()].map((filter) => ({ group, filter })))
    .filter(({ filter }) => filter.name.startsWith(filterNamePrefix))
    .filter(
      ({ filter }) =>
        metricName === undefined ||
        filter.transformations.some(
          (one) => one.metricName === metricName && one.metricNamespace === metricNamespace,
        ),
    )
    .sort((a, b) => (a.filter.name < b.filter.name ? -1 : 1));
  const page = takePage(found, {
    token: input.nextToken,
    size: input.limit ?? PAGE,
    idOf: ({ group, filter }) => `${filter.name} ${group.name}`,
    refuse: badToken,
    question: [input.logGroupName, filterNamePrefix, metricName, metricNamespace],
  });
  return { metricFilters: page.items.map(show), nextToken: page.next };
};

export const DeleteMetricFilter: Op<'DeleteMetricFilter'> = (logs, input) => {
  const { metricFilters } = logs.group(groupName(input.logGroupName));
  if (!metricFilters.delete(input.filterName ?? '')) throw notFound('metric filter');
  return {};
};

export const TestMetricFilter: Op<'TestMetricFilter'> = (_logs, input) => {
  const pattern = input.filterPattern ?? '';
  const matches = parseFilterPattern(pattern);
  const selectors = [...new Set(pattern.match(/\$[.[][\w.[\]-]+/g) ?? [])];
  return {
    matches: (input.logEventMessages ?? []).flatMap((eventMessage, at) => {
      if (!matches(eventMessage)) return [];
      const extracted = selectors.map(
        (selector) => [selector, readSelector(eventMessage, selector)] as const,
      );
      return [
        {
          eventNumber: at + 1,
          eventMessage,
          extractedValues: Object.fromEntries(
            extracted.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
          ),
        },
      ];
    }),
  };
};

function checkSelector(selector: string): void {
  if (!selector.startsWith('$') || /^\$[.[]/.test(selector)) return;
  throw invalidParameter(
    `Values of fields between spaces are not supported by the embedded AWS: ${selector}`,
  );
}

function show({ group, filter }: { group: LogGroup; filter: MetricFilter }): MetricFilterShape {
  return {
    filterName: filter.name,
    filterPattern: filter.pattern,
    metricTransformations: [...filter.transformations],
    creationTime: filter.createdAt,
    logGroupName: group.name,
    applyOnTransformedLogs: false,
  };
}
