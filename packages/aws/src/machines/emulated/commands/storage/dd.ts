import { latin1FromBytes } from 'just-bash';
import { fail, type Program, type Programs, resolvePath, succeed } from '../program';

const UNITS: Readonly<Record<string, number>> = {
  ...{
    '': 1,
    c: 1,
    w: 2,
    b: 512,
    kB: 1000,
    K: 1024,
    k: 1024,
    KiB: 1024,
    MB: 1000 ** 2,
    M: 1024 ** 2,
    MiB: 1024 ** 2,
  },
  ...{ GB: 1000 ** 3, G: 1024 ** 3, GiB: 1024 ** 3 },
};

/** Of a file of zeros only the size is kept. More random bytes than that nobody needs. */
const MOST_RANDOM_BYTES = 64 * 1024 ** 2;

/** `dd if= of= bs= count= seek= skip= status= conv=`: copies blocks. */
const dd: Program = (args, call) => {
  const given = new Map(args.map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]));
  const unknown = args.find(
    (arg) => !/^(?:if|of|bs|ibs|obs|count|seek|skip|status|conv|oflag|iflag)=/.test(arg),
  );
  if (unknown !== undefined)
    return fail(1, `dd: unrecognized operand ‘${unknown}’\nTry 'dd --help' for more information.`);
  const block = parse(given.get('bs') ?? given.get('ibs') ?? '512');
  const count = given.has('count') ? parse(given.get('count') ?? '') : undefined;
  if (Number.isNaN(block) || Number.isNaN(count ?? 0))
    return fail(1, `dd: invalid number: ‘${given.get('bs')}’`);
  const input = given.get('if');
  const target = given.get('of');
  const length = count === undefined ? undefined : block * count;
  const { disk } = call.guest;
  if (target !== undefined && /^\/dev\/(?:nvme|xvd|sd)/.test(target))
    return call.lacks(`second disk (${target})`);
  if (input === '/dev/zero' && target !== undefined && length !== undefined && !given.has('seek')) {
    const result = writeZeros(call, target, length);
    return result ?? succeed('', report(length, block, given.get('status')));
  }
  if (length === undefined && (input === '/dev/zero' || input?.endsWith('random')))
    return fail(1, `dd: error writing '${target ?? 'standard output'}': No space left on device`);
  const source = readSource();
  if (typeof source === 'string') return fail(1, `dd: failed to open '${input}': ${source}`);
  const skipped = source.subarray(parse(given.get('skip') ?? '0') * block);
  const bytes = length === undefined ? skipped : skipped.subarray(0, length);
  if (target === undefined)
    return {
      stdout: Buffer.from(bytes).toString('latin1'),
      stderr: report(bytes.length, block, given.get('status')),
      ...{ exitCode: 0, stdoutKind: 'bytes', stdoutEncoding: 'binary' },
    };
  const path = resolvePath(call, target);
  if (!disk.has(path.slice(0, path.lastIndexOf('/')) || '/'))
    return fail(1, `dd: failed to open '${target}': No such file or directory`);
  const before = disk.find(path)?.kind === 'file' ? disk.read(path) : new Uint8Array();
  const at = parse(given.get('seek') ?? '0') * block;
  const keepsEnd = given.get('conv')?.includes('notrunc') ?? false;
  const written = new Uint8Array(Math.max(at + bytes.length, keepsEnd ? before.length : 0));
  written.set(keepsEnd ? before : before.subarray(0, at));
  written.set(bytes, at);
  disk.write(path, written);
  return succeed('', report(bytes.length, block, given.get('status')));

  function readSource(): Uint8Array | string {
    if (input === undefined) return Buffer.from(latin1FromBytes(call.context.stdin), 'latin1');
    if (input.endsWith('random') || input === '/dev/zero') {
      if ((length ?? 0) > MOST_RANDOM_BYTES) return 'Cannot allocate memory';
      return Buffer.concat(chunks(input, length ?? 0));
    }
    const path = resolvePath(call, input);
    return disk.has(path) ? disk.read(path) : 'No such file or directory';
  }

  function chunks(device: string, size: number): Uint8Array[] {
    const found: Uint8Array[] = [];
    for (let left = size; left > 0; left -= found.at(-1)?.length || left)
      found.push(disk.read(device).subarray(0, left));
    return found;
  }
};

function writeZeros(call: Parameters<Program>[1], target: string, length: number) {
  const path = resolvePath(call, target);
  const { disk } = call.guest;
  if (!disk.has(path.slice(0, path.lastIndexOf('/')) || '/'))
    return fail(1, `dd: failed to open '${target}': No such file or directory`);
  if (length > disk.freeBytes) return fail(1, `dd: error writing '${target}': No space left on device`);
  if (disk.find(path)?.kind === 'device') return undefined;
  disk.write(path, new Uint8Array());
  disk.setSize(path, length);
  return undefined;
}

function report(bytes: number, block: number, status: string | undefined): string {
  if (status === 'none') return '';
  const whole = Math.floor(bytes / block);
  const records = `${whole}+${bytes % block === 0 ? 0 : 1}`;
  const copied = `${bytes} bytes (${(bytes / 1e6).toFixed(1)} MB, ${(bytes / 1024 ** 2).toFixed(1)} MiB) copied, 0.1 s, ${(bytes / 1e5).toFixed(1)} MB/s\n`;
  return `${records} records in\n${records} records out\n${status === 'noxfer' ? '' : copied}`;
}

function parse(text: string): number {
  return text.split('x').reduce((product, part) => {
    const [, digits, unit = ''] = /^(\d+)([A-Za-z]*)$/.exec(part) ?? [];
    return product * (digits === undefined ? Number.NaN : Number(digits) * (UNITS[unit] ?? Number.NaN));
  }, 1);
}

/** Copies of blocks. */
export const DD_PROGRAMS: Programs = { dd };
