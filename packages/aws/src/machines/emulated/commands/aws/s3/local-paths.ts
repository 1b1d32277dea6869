import { type ProgramCall, resolvePath } from '../../program';
import { AwsCliError } from '../aws-session';

/** The file that an object is copied to. */
export function localTarget(call: ProgramCall, target: string, key: string): string {
  const path = resolvePath(call, target);
  const isDirectory = target.endsWith('/') || call.guest.disk.find(path)?.kind === 'directory';
  return isDirectory ? `${path === '/' ? '' : path}/${key.split('/').at(-1)}` : path;
}

/** That file as the CLI prints it. */
export function shownPath(call: ProgramCall, target: string, key: string): string {
  const path = localTarget(call, target, key);
  const { cwd } = call.context;
  return path.startsWith(`${cwd}/`)
    ? `./${path.slice(cwd.length + 1)}`
    : path.startsWith('/') && cwd === '/'
      ? `.${path}`
      : path;
}

/** A key must not climb out of the folder that it is copied to. @throws AwsCliError */
export function safeName(name: string): string {
  if (name.split('/').includes('..'))
    throw new AwsCliError(1, `warning: Skipping file ${name}. File references a parent directory.`);
  return name;
}

/** The files below a folder, as paths from it. */
export function localFiles(call: ProgramCall, root: string, below = ''): string[] {
  return call.guest.disk.listIfAny(below === '' ? root : `${root}/${below}`).flatMap((name) => {
    const path = below === '' ? name : `${below}/${name}`;
    const kind = call.guest.disk.find(`${root}/${path}`)?.kind;
    if (kind === 'directory') return localFiles(call, root, path);
    return kind === 'file' ? [path] : [];
  });
}
