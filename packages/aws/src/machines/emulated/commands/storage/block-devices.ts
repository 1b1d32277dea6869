import { fail, type Program, type Programs, succeed } from '../program';

const ROWS = [
  ['xvda', '202:0', '8G', 'disk', ''],
  ['├─xvda1', '202:1', '8G', 'part', '/'],
  ['├─xvda127', '259:0', '1M', 'part', ''],
  ['└─xvda128', '259:1', '10M', 'part', '/boot/efi'],
] as const;

const isRoot = (device: string) => /^\/dev\/xvda(?:1|127|128)?$/.test(device);

const lsblk: Program = (args, { lacks }) => {
  const flags = args.filter((arg) => arg.startsWith('-'));
  if (flags.some((flag) => !/^-[nal]+$|^--(?:noheadings|all)$/.test(flag)))
    return lacks(`lsblk ${flags.join(' ')}`);
  const other = args.find((arg) => !arg.startsWith('-') && !isRoot(arg));
  if (other !== undefined) return fail(32, `lsblk: ${other}: not a block device`);
  const head = flags.some((flag) => /n/.test(flag)) ? '' : 'NAME      MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS\n';
  const rows = ROWS.map(
    ([name, numbers, size, type, target]) =>
      `${name.padEnd(9)} ${numbers.padEnd(7)}  0 ${size.padStart(4)}  0 ${type} ${target}\n`,
  );
  return succeed(`${head}${rows.join('')}`);
};

const ROOT_ID = '9e71e708-e903-4c26-8506-d85b84605ba0';

const blkid: Program = (args, { lacks }) => {
  const flags = args.filter((arg) => arg.startsWith('-'));
  if (flags.length > 0) return lacks(`blkid ${flags.join(' ')}`);
  if (args.some((arg) => !isRoot(arg))) return fail(2);
  return succeed(
    `/dev/xvda1: LABEL="/" UUID="${ROOT_ID}" BLOCK_SIZE="4096" TYPE="xfs" PARTLABEL="Linux" PARTUUID="591e81f0-99a2-498d-93ec-c9ec776ecf42"\n`,
  );
};

/** A file system on a disk that is not there. */
const mkfs: Program = (args, { lacks, name }) => {
  const device = args.findLast((arg) => !arg.startsWith('-'));
  if (device === undefined) return fail(1, `${name}: no device specified`);
  return lacks(`second disk (${device})`);
};

/** The one disk of the machine. */
export const BLOCK_DEVICE_PROGRAMS: Programs = {
  ...{
    lsblk,
    blkid,
    mkfs,
    'mkfs.xfs': mkfs,
    'mkfs.ext4': mkfs,
    'mkfs.ext3': mkfs,
    mke2fs: mkfs,
    'mkfs.vfat': mkfs,
  },
};
