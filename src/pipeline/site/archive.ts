import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { gzipSync } from 'fflate';
import { create } from 'tar';
import { InvalidPipeline } from '../../errors';

/** An archive of a site, and where it is put. */
export interface SiteArchive {
  /** Its key in the artifacts bucket, named after its content: `web/0123456789abcdef.tar.gz`. */
  key: string;
  body: Buffer;
  /** SHA-256 of the body, in hex. */
  sha256: string;
}

const EPOCH = new Date(0);
const READABLE_BY_ALL = 0o100644;

/**
 * Packs the files of a site. The same files make the same bytes on every machine, whenever and by whomever: so a
 * site that did not change has the key that it had.
 *
 * @param siteFolder the folder whose content is the site
 * @param pipeline the name of the pipeline that the site belongs to
 * @throws InvalidPipeline if the folder is missing or empty, or holds what is neither a file nor a folder
 */
export async function archiveSite(siteFolder: string, pipeline: string): Promise<SiteArchive> {
  const files = (await listFiles(siteFolder, '')).sort();
  if (files.length === 0) {
    throw new InvalidPipeline(
      `${siteFolder} is empty, expected the files of the site of pipeline ${pipeline}`,
    );
  }
  // fflate, as it makes the same bytes on all platforms; zlib's depend on how it was built.
  const body = Buffer.from(gzipSync(await packFiles(siteFolder, files), { level: 9, mtime: 0 }));
  const sha256 = createHash('sha256').update(body).digest('hex');
  return { key: `${pipeline}/${sha256.slice(0, 16)}.tar.gz`, body, sha256 };
}

async function packFiles(folder: string, files: string[]): Promise<Buffer> {
  const tar = create(
    {
      cwd: folder,
      portable: true,
      mtime: EPOCH,
      // The mode in the checkout depends on the umask of whoever made it, and the web server must read all.
      onWriteEntry: (entry) => {
        if (entry.stat) entry.stat.mode = READABLE_BY_ALL;
      },
    },
    // A name that begins with @ would stand for an archive to take in.
    files.map((file) => `./${file}`),
  );
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The files in a folder and the folders in it, as paths with `/` below it. */
async function listFiles(folder: string, below: string): Promise<string[]> {
  const entries = await readEntries(join(folder, below));
  const lists = entries.map(async (entry) => {
    const path = posix.join(below, entry.name);
    if (entry.isDirectory()) return listFiles(folder, path);
    if (entry.isFile()) return [path];
    throw new InvalidPipeline(`${join(folder, path)} cannot be archived, expected a file or a folder`);
  });
  return (await Promise.all(lists)).flat();
}

async function readEntries(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['ENOENT', 'ENOTDIR'].includes(code)) throw error;
    throw new InvalidPipeline(`there is no folder ${folder}, expected the files of a site in it`);
  }
}
