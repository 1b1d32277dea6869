import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar';

const run = promisify(execFile);
const root = join(__dirname, '../..');

/** A stranger's program: it starts the package in its own process, speaks to it, and ends it. */
const PROGRAM = `
  import { startAws, connectAws } from 'embedded-aws';
  import { newAws, until } from 'embedded-aws/testing';
  import { EC2Client, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
  const aws = await startAws({ timeScale: 600 });
  const { Vpcs } = await new EC2Client(aws.client).send(new DescribeVpcsCommand({}));
  const calls = await (await connectAws(aws.endpoint)).calls();
  await aws.stop();
  const other = await newAws();
  await other.stop();
  console.log(JSON.stringify({ vpcs: Vpcs.length, operation: calls[0].operation, until: typeof until }));
`;

let folder: string;

/** The package as `npm pack` makes it, installed in an empty folder beside what it declares, and nothing else. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'embedded-aws-alone-'));
  const { stdout } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], {
    cwd: root,
  });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  const installed = join(folder, 'node_modules/embedded-aws');
  await mkdir(installed, { recursive: true });
  await extract({ file: join(folder, filename), cwd: installed, strip: 1 });
  const { dependencies } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(findInstalled(name), link);
  }
});

/** Where this repository has a dependency: in the package's own folder, or hoisted. */
function findInstalled(name: string): string {
  const found = [root, join(root, '../..')]
    .map((folder) => join(folder, 'node_modules', name))
    .find((path) => existsSync(path));
  if (!found) throw new Error(`${name} is not installed`);
  return found;
}

afterAll(() => rm(folder, { recursive: true, force: true }));

test('the package works where it is installed alone', async () => {
  await writeFile(join(folder, 'program.mjs'), PROGRAM);
  const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: folder });
  expect(JSON.parse(stdout)).toEqual({ vpcs: 1, operation: 'DescribeVpcs', until: 'function' });
});

test('its command starts, says where it is, and ends when it is told to', async () => {
  const child = spawn(
    process.execPath,
    ['node_modules/embedded-aws/dist/bin.js', '--port', '0', '--time-scale', '60'],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const code = new Promise((resolve) => child.once('exit', resolve));
  let output = '';
  await new Promise<void>((resolve) =>
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
      if (output.includes('\nready')) resolve();
    }),
  );
  const [endpoint] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
  expect(await (await fetch(`${endpoint}/_local`)).json()).toMatchObject({ endpoint, timeScale: 60 });
  child.kill('SIGTERM');
  expect(await code).toBe(0);
});

test('a wrong option is named, and nothing is started', async () => {
  const bin = 'node_modules/embedded-aws/dist/bin.js';
  await expect(run(process.execPath, [bin, '--port', '99999'], { cwd: folder })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--port: expected 0 to 65535'),
  });
});

test('what is not public cannot be imported', async () => {
  await writeFile(join(folder, 'inner.mjs'), "await import('embedded-aws/dist/index.js');");
  await expect(run(process.execPath, ['inner.mjs'], { cwd: folder })).rejects.toMatchObject({
    stderr: expect.stringContaining('ERR_PACKAGE_PATH_NOT_EXPORTED'),
  });
});
