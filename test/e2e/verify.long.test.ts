import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Aws, startAws } from 'embedded-aws';
import { silent } from '../../cli/story/tell';
import { lookForAll } from '../../cli/verify/look/look';
import { namesOf } from '../../cli/verify/names';
import { type Report, reportText } from '../../cli/verify/report';
import { verify } from '../../cli/verify/verify';

/** Two stacks and five builds, on whatever machine. */
const PATIENCE = 900_000;
jest.setTimeout(PATIENCE);

const REGION = 'us-east-1';
const NAME = 'kiln-verify-e2e';

let aws: Aws;
let folder: string;

beforeAll(async () => {
  aws = await startAws({ leap: true });
  folder = await mkdtemp(join(tmpdir(), 'kiln-verify-'));
});
afterAll(async () => {
  await aws?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('the whole verification passes on the embedded AWS, says so in a report, and leaves nothing', async () => {
  const said: string[] = [];
  const file = join(folder, 'report.json');
  const report = await verify(
    { region: REGION, yes: true, name: NAME, report: file },
    {
      teller: silent,
      settings: { endpoint: aws.endpoint, credentials: aws.client.credentials },
      say: (text) => said.push(text),
    },
    new AbortController().signal,
  );
  expect(report.problems).toEqual([]);
  expect(report.ok).toBe(true);
  expect(JSON.parse(await readFile(file, 'utf8')) as Report).toEqual(report);
  expect(said.join('\n')).toContain(reportText(report));
});

test('nothing is left', async () => {
  expect(await lookForAll(aws.client, namesOf(NAME, REGION))).toEqual([]);
});
