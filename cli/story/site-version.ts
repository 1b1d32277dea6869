import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface SiteVersion {
  readonly version: string;
  /** Files that this version lacks. */
  readonly without?: readonly string[];
}

/**
 * Makes a copy of a site with another version.
 *
 * @param site the folder of the site, whose pages carry `<meta name="version" content="1">`
 * @param use what is done with the copy; it is gone afterwards
 */
export async function withVersion<T>(
  site: string,
  { version, without = [] }: SiteVersion,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'kiln-site-'));
  try {
    await cp(site, folder, { recursive: true });
    for (const file of await readdir(folder)) {
      if (!file.endsWith('.html')) continue;
      const page = await readFile(join(folder, file), 'utf8');
      await writeFile(
        join(folder, file),
        page.replace('name="version" content="1"', `name="version" content="${version}"`),
      );
    }
    for (const file of without) await rm(join(folder, file));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
