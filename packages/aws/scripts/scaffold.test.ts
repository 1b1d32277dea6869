import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guessFile, missingOperations, readScaffolded, type Scaffolded, scaffold } from './scaffold';

let folder: string;
let sns: Scaffolded;

beforeAll(async () => {
  sns = await readScaffolded('sns');
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scaffold-'));
  cpSync(join(__dirname, '../src/services/sns'), join(folder, 'sns'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

const read = (file: string) => readFileSync(join(folder, 'sns', file), 'utf8');

test('what a service lacks is what the SDK has more', () => {
  expect(missingOperations(sns)).toContain('ListPlatformApplications');
  expect(missingOperations(sns)).not.toContain('CreateTopic');
});

test('an operation of a resource that is there goes into its file, and refuses with its name', () => {
  const before = read('operations/subscriptions.ts');
  const missing = { ...sns, there: sns.there.filter((name) => name !== 'ListSubscriptions') };
  const written = scaffold(folder, missing, 'ListSubscriptions');
  expect(written).toMatchObject({ file: 'operations/subscriptions.ts', isNewFile: false });
  const text = read(written.file);
  expect(text).toContain(before.trimEnd());
  expect(text.slice(text.lastIndexOf('export const'))).toBe(
    `export const ListSubscriptions: Op<'ListSubscriptions'> = () => {
  throw new AwsError('NotImplemented', 'ListSubscriptions of SNS is a stub', 501);
};
`,
  );
});

test('an operation of a resource that is new gets a file, which the service then lists', () => {
  const { file } = scaffold(folder, sns, 'ListPlatformApplications');
  expect(file).toBe('operations/platform-applications.ts');
  expect(read(file)).toContain("import type { Op } from '../state';");
  expect(read('service.ts')).toContain(
    "import * as platformApplications from './operations/platform-applications';",
  );
  expect(read('service.ts')).toContain('operations: { ...platformApplications, ...topics,');
});

test('the test that is written fails until it asserts an answer', () => {
  const { test: file } = scaffold(folder, sns, 'GetPlatformApplicationAttributes');
  expect(read(file)).toContain(
    "region.api('sns').GetPlatformApplicationAttributes({\n    PlatformApplicationArn: undefined,",
  );
  expect(read(file)).toContain("toEqual('what AWS answers')");
});

test.each([
  ['Nonsense', 'SNS has no operation Nonsense'],
  ['Publish', 'sns has Publish already'],
])('%s is refused', (operation, message) => {
  expect(() => scaffold(folder, sns, operation)).toThrow(message);
});

test.each([
  ['CreateTransitGatewayVpcAttachment', ['vpcs.ts', 'transit-gateways.ts'], 'transit-gateways'],
  ['DescribeVpcs', ['vpcs.ts', 'subnets.ts'], 'vpcs'],
  ['ListPolicies', ['policies.ts', 'read-policies.ts'], 'policies'],
  ['DeleteNatGateway', ['vpcs.ts'], 'nat-gateways'],
])('%s among %j is about %s', (operation, files, stem) => {
  expect(guessFile(operation, files)).toBe(stem);
});
