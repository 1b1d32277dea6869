import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import type { ClientSettings } from 'embedded-aws';
import { type Sleep, updateService } from '../../../cli/deploy';
import { type Edition, laterIn } from './pipelines';

const STACK = 'kiln-prod';
/** AWS seconds. */
const PAUSE_SECONDS = 60;
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
      await this.insist(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Whoever deploys while a service of AWS is down is taken back, and does so again. */
  private async insist(folder: string): Promise<void> {
    for (;;)
      try {
        await updateService(this.settings, STACK, folder, this.sleep);
        return;
      } catch (error) {
        if (!/ ended as UPDATE_ROLLBACK_/.test((error as Error).message)) throw error;
        await this.endRollback();
      }
  }

  /** A roll-back can fail as well: then it is gone on with when AWS is well. */
  private async endRollback(): Promise<void> {
    const client = new CloudFormationClient(this.settings);
    for (;;) {
      const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName: STACK }));
      if (/_COMPLETE$/.test(stack?.StackStatus ?? '')) return;
      if (stack?.StackStatus === 'UPDATE_ROLLBACK_FAILED')
        await client.send(new ContinueUpdateRollbackCommand({ StackName: STACK }));
      await this.sleep(PAUSE_SECONDS);
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
