import type { Realm } from '../../realm';
import type { OperationsOf } from '../../service';
import { AwsError } from '../../wire/aws-error';

/** The operations on dashboards, which are global in the account but kept with their region here. */
export function dashboardOperations(realm: Realm) {
  const bodies = new Map<string, string>();
  const find = (name: string | undefined): string => {
    const body = bodies.get(name ?? '');
    if (body === undefined) throw new AwsError('ResourceNotFound', `Dashboard ${name} does not exist`, 404);
    return body;
  };
  return {
    PutDashboard: (input) => {
      checkBody(input.DashboardBody ?? '');
      bodies.set(input.DashboardName ?? '', input.DashboardBody ?? '');
      return { DashboardValidationMessages: [] };
    },
    GetDashboard: (input) => ({
      DashboardArn: `arn:aws:cloudwatch::${realm.accountId}:dashboard/${input.DashboardName}`,
      DashboardBody: find(input.DashboardName),
      DashboardName: input.DashboardName,
    }),
    DeleteDashboards: (input) => {
      const names = input.DashboardNames ?? [];
      for (const name of names) find(name);
      for (const name of names) bodies.delete(name);
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
