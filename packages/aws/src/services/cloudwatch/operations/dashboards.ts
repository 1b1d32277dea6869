import { AwsError } from '../../../core/aws-error';
import type { Context } from '../../../core/context';
import { takePage } from '../../../core/position-paging';
import type { OperationsOf } from '../../../core/service';
import { badToken } from './metrics';

interface Dashboard {
  readonly body: string;
  readonly modified: Date;
}

/** The operations on dashboards, which are global in the account but kept with their region here. */
export function dashboardOperations(context: Context) {
  const dashboards = new Map<string, Dashboard>();
  const arnOf = (name: string) => `arn:aws:cloudwatch::${context.accountId}:dashboard/${name}`;
  const find = (name: string | undefined): Dashboard => {
    const dashboard = dashboards.get(name ?? '');
    if (dashboard === undefined)
      throw new AwsError('ResourceNotFound', `Dashboard ${name} does not exist`, 404);
    return dashboard;
  };
  return {
    PutDashboard: (input) => {
      const name = input.DashboardName ?? '';
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(name))
        throw new AwsError(
          'InvalidParameterValue',
          `The value ${name} for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).`,
        );
      checkBody(input.DashboardBody ?? '');
      dashboards.set(name, { body: input.DashboardBody ?? '', modified: context.clock.now() });
      return { DashboardValidationMessages: [] };
    },
    GetDashboard: (input) => ({
      DashboardArn: arnOf(input.DashboardName ?? ''),
      DashboardBody: find(input.DashboardName).body,
      DashboardName: input.DashboardName,
    }),
    ListDashboards: (input) => {
      const found = [...dashboards]
        .filter(([name]) => name.startsWith(input.DashboardNamePrefix ?? ''))
        .sort(([a], [b]) => (a < b ? -1 : 1));
      const page = takePage(found, { token: input.NextToken, size: 1000, refuse: badToken });
      return {
        DashboardEntries: page.items.map(([DashboardName, { body, modified }]) => ({
          DashboardName,
          DashboardArn: arnOf(DashboardName),
          LastModified: modified,
          Size: Buffer.byteLength(body),
        })),
        NextToken: page.next,
      };
    },
    DeleteDashboards: (input) => {
      const names = input.DashboardNames ?? [];
      for (const name of names) find(name);
      for (const name of names) dashboards.delete(name);
      return {};
    },
  } satisfies OperationsOf<typeof import('@aws-sdk/client-cloudwatch')>;
}

function checkBody(body: string): void {
  try {
    JSON.parse(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AwsError('InvalidParameterInput', 'The field DashboardBody must be a valid JSON object');
  }
}
