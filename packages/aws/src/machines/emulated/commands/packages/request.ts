/** A command line of dnf. */
export interface Request {
  quiet: boolean;
  yes: boolean;
  /** `--allowerasing`: what is in the way is removed. */
  erases: boolean;
  /** `--skip-broken`: what cannot be installed is left out. */
  skips: boolean;
  command: string;
  names: string[];
}

const WITH_VALUE = new Set([
  '-x',
  '-c',
  '-d',
  '-e',
  '--exclude',
  '--enablerepo',
  '--disablerepo',
  '--setopt',
  '--releasever',
]);

/** Reads a command line; options of no effect here are passed over. */
export function parseArguments(args: readonly string[]): Request {
  const request: Request = {
    ...{ quiet: false, yes: false, erases: false, skips: false, command: '', names: [] },
  };
  const words = args.filter((_, at) => !WITH_VALUE.has(args[at - 1] ?? ''));
  for (const arg of words) {
    if (/^-[yqv]+$/.test(arg)) {
      request.yes ||= arg.includes('y');
      request.quiet ||= arg.includes('q');
    } else if (arg === '--assumeyes') request.yes = true;
    else if (arg === '--quiet') request.quiet = true;
    else if (arg === '--allowerasing') request.erases = true;
    else if (arg === '--skip-broken' || /^--setopt=(?:\*\.)?strict=(?:0|False)$/i.test(arg))
      request.skips = true;
    else if (arg === '--version') request.command = arg;
    else if (arg.startsWith('-')) continue;
    else if (request.command === '') request.command = arg;
    else request.names.push(arg);
  }
  return request;
}
