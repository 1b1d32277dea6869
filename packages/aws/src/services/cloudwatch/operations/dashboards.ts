import { takePage } from '../../../core/paging';
import { badToken, invalidInput, invalidValue, notFound } from '../errors';
import type { CloudWatchState, Dashboard, Op } from '../state';

export const PutDashboard: Op<'PutDashboard'> = (cloudwatch, input) => {
  const name = input.DashboardName ?? '';
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
    throw invalidValue(
      `The value ${name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).`,
    );
  checkBody(input.DashboardBody ?? '');
  cloudwatch.dashboards.set(name, {
    body: input.DashboardBody ?? '',
    modified: cloudwatch.context.clock.now(),
  });
  return { DashboardValidationMessages: [] };
};

export const GetDashboard: Op<'GetDashboard'> = (cloudwatch, input) => ({
  DashboardArn: arnOf(cloudwatch, input.DashboardName ?? ''),
  DashboardBody: find(cloudwatch, input.DashboardName).body,
  DashboardName: input.DashboardName,
});

export const ListDashboards: Op<'ListDashboards'> = (cloudwatch, input) => {
  const found = [...cloudwatch.dashboards]
    .filter(([name]) => name.startsWith(input.DashboardNamePrefix ?? ''))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const page = takePage(found, {
    token: input.NextToken,
    size: 1000,
    idOf: ([name]) => name,
    refuse: badToken,
  });
  return {
    DashboardEntries: page.items.map(([DashboardName, { body, modified }]) => ({
      DashboardName,
      DashboardArn: arnOf(cloudwatch, DashboardName),
      LastModified: modified,
      Size: Buffer.byteLength(body),
    })),
    NextToken: page.next,
  };
};

export const DeleteDashboards: Op<'DeleteDashboards'> = (cloudwatch, input) => {
  const names = input.DashboardNames ?? [];
  for (const name of names) find(cloudwatch, name);
  for (const name of names) cloudwatch.dashboards.delete(name);
  return {};
};

function arnOf(cloudwatch: CloudWatchState, name: string) {
  return `arn:aws:cloudwatch::${cloudwatch.context.accountId}:dashboard/${name}`;
}

function find(cloudwatch: CloudWatchState, name: string | undefined): Dashboard {
  const dashboard = cloudwatch.dashboards.get(name ?? '');
  if (dashboard === undefined) throw notFound(`Dashboard ${name} does not exist`);
  return dashboard;
}

function checkBody(body: string): void {
  try {
    JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw invalidInput('The field DashboardBody must be a valid JSON object');
  }
}
