import type { ClientSettings } from 'embedded-aws';
import { projectFolder } from '../../cli/project';
import { readPermissions } from '../../serverless/permissions-table';
import { RunningSample } from '../e2e/running-sample';
import { ATTEMPTS } from './attempts';
import { assume, listDeployedRoles, recordRoles } from './deployed-roles';
import { nameOfRole } from './recording';
import { makeThings, type Things } from './things';

jest.setTimeout(300_000);

const REFUSALS =
  /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AccessDeniedFault|AuthorizationErrorException)$/;

let sample: RunningSample;
let things: Things;
const sessions = new Map<string, ClientSettings>();

beforeAll(async () => {
  sample = await RunningSample.start(projectFolder);
  const roles = await listDeployedRoles(sample.settings);
  const folder = process.env.EMBEDDED_AWS_DECISIONS;
  if (folder) recordRoles(folder, roles);
  things = await makeThings(sample.settings, sample.service.TableName ?? '', roles);
  for (const role of roles) sessions.set(nameOfRole(role.arn), await assume(sample.settings, role));
});
afterAll(() => sample?.stop());

const { functions } = readPermissions(projectFolder);
const table = ATTEMPTS.flatMap(({ statement, tries, make }) =>
  functions
    .filter(({ statements }) => statements.includes(statement))
    .map(({ name }) => [name, tries, statement, make] as const),
);

test('each attempt is of a statement that functions have', () => {
  const made = new Set(table.map(([, , statement]) => statement));
  expect(ATTEMPTS.filter(({ statement }) => !made.has(statement))).toEqual([]);
});

test.each(table)('%s is refused when it %s (%s)', async (name, _tries, _statement, make) => {
  const session = sessions.get(name);
  if (!session) throw new Error(`there is no role of ${name}`);
  const refusal = await make(session, things).then(
    () => 'nothing: it was allowed',
    (error: Error) => error.name,
  );
  expect(refusal).toMatch(REFUSALS);
});
