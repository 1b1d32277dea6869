import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { unzipSync } from 'fflate';
import type { Clock } from '../../../core/clock';
import { invalidParameter } from '../errors';
import type { Code } from '../functions';

/** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html: unpacked, layers included */
const UNPACKED_BYTES = 262_144_000;

/** Unpacks deployment packages into a private temporary folder, once for the same archive. */
export class CodeFolder {
  private root?: Promise<string>;
  private readonly unpacked = new Map<string, Promise<Code>>();

  constructor(private readonly clock: Pick<Clock, 'turnOf'>) {}

  /** @throws AwsError InvalidParameterValueException when it is no zip archive or too large */
  unpack(archive: Uint8Array): Promise<Code> {
    const sha256 = createHash('sha256').update(archive).digest('base64');
    let code = this.unpacked.get(sha256);
    if (!code) {
      code = this.write(archive, sha256);
      code.catch(() => this.unpacked.delete(sha256));
      this.unpacked.set(sha256, code);
    }
    return code;
  }

  /** An archive as it was given; undefined when there is none of this name. */
  async readArchive(name: string): Promise<Buffer | undefined> {
    const codes = await Promise.all(this.unpacked.values());
    const found = codes.find(({ archive }) => archive === name);
    return found && readFile(`${found.folder}.zip`);
  }

  async dispose(): Promise<void> {
    const root = await this.root;
    if (root) await rm(root, { recursive: true, force: true });
  }

  private async write(archive: Uint8Array, sha256: string): Promise<Code> {
    const files = readArchive(archive);
    this.root ??= makeRoot();
    const archiveName = createHash('sha256').update(sha256).digest('hex').slice(0, 16);
    const folder = join(await this.root, archiveName);
    await writeFile(`${folder}.zip`, archive);
    for (const [name, bytes] of Object.entries(files)) {
      const file = resolve(folder, name);
      if (!file.startsWith(folder + sep))
        throw invalidParameter(`The archive has a file outside itself: ${name}`);
      if (name.endsWith('/')) continue;
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    }
    await this.clock.turnOf(`code ${sha256}`, 0);
    return { sha256, size: archive.length, folder, archive: archiveName };
  }
}

/** Makes the folder, with the SDK that Lambda's Node.js runtimes have beside whatever code: the clients that are here. */
async function makeRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'embedded-lambda-'));
  const modules = join(root, 'node_modules');
  await mkdir(modules);
  const scope = `${sep}@aws-sdk${sep}`;
  const client = createRequire(import.meta.url).resolve('@aws-sdk/client-lambda');
  await symlink(client.slice(0, client.lastIndexOf(scope) + scope.length - 1), join(modules, '@aws-sdk'));
  return root;
}

function readArchive(archive: Uint8Array): Record<string, Uint8Array> {
  let unpackedBytes = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(archive, {
      filter: (file) => {
        unpackedBytes += file.originalSize;
        return unpackedBytes <= UNPACKED_BYTES;
      },
    });
  } catch {
    throw invalidParameter(
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    );
  }
  if (unpackedBytes > UNPACKED_BYTES)
    throw invalidParameter(`Unzipped size must be smaller than ${UNPACKED_BYTES} bytes`);
  if (Object.keys(files).length === 0) throw invalidParameter('Uploaded file must be a non-empty zip');
  return files;
}
