import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientSettings } from 'embedded-aws';
import { type Sleep, updateService } from '../../../cli/deploy';
import { type Edition, laterIn } from './pipelines';

/** Bytes of the end of a zip without a comment; the length of the comment is in the last two. */
const END_BYTES = 22;

/** Deploys the service anew while it works. */
export class Deployments {
  /** What of `web` is deployed, or about to be. */
  edition: Edition = 'first';
  private times = 0;
  private underWay = 0;
  private last = Promise.resolve();

  /** @param packaged the folder with the packaged service */
  constructor(
    private readonly settings: ClientSettings,
    private readonly packaged: string,
    private readonly sleep: Sleep,
  ) {}

  /** Whether functions of two deployments may run side by side. */
  get isUnderWay(): boolean {
    return this.underWay > 0;
  }

  /** Updates the stack, when the update before has ended: the archives are others than all before, though nothing in them is. */
  async deploy(edition: Edition): Promise<void> {
    this.underWay += 1;
    const before = this.last;
    const own = before.catch(() => {}).then(() => this.update(edition));
    this.last = own;
    await own.finally(() => {
      this.underWay -= 1;
    });
  }

  private async update(edition: Edition): Promise<void> {
    this.edition = edition;
    this.times += 1;
    const folder = await mkdtemp(join(tmpdir(), 'kiln-deployed-'));
    try {
      const from = edition === 'later' ? laterIn(this.packaged) : this.packaged;
      for (const file of await readdir(from, { withFileTypes: true }))
        if (file.isFile()) await cp(join(from, file.name), join(folder, file.name));
      for (const file of (await readdir(folder)).filter((name) => name.endsWith('.zip')))
        await comment(join(folder, file), `deployed anew, ${this.times}`);
      await updateService(this.settings, 'kiln-prod', folder, this.sleep);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

/** Gives a zip a comment, which nothing reads: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.16. */
async function comment(file: string, text: string): Promise<void> {
  const zip = await readFile(file);
  if (zip.readUInt32LE(zip.length - END_BYTES) !== 0x06054b50)
    throw new Error(`${file} ends otherwise than a zip without a comment`);
  zip.writeUInt16LE(Buffer.byteLength(text), zip.length - 2);
  await writeFile(file, Buffer.concat([zip, Buffer.from(text)]));
}
