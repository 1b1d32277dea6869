import { ShellFiles } from '../shell/shell-files';
import { Disk } from './disk';

test('a snapshot keeps what the disk held, whatever changes later', () => {
  const disk = new Disk();
  disk.install('/srv/a', 'one');
  const snapshot = disk.snapshot();
  disk.append('/srv/a', ' and more');
  disk.remove('/srv/a');
  expect(new Disk(snapshot).readText('/srv/a')).toBe('one');
});

test('disks of one snapshot do not see each other’s changes', () => {
  const disk = new Disk();
  disk.install('/srv/a', 'one');
  const snapshot = disk.snapshot();
  const [first, second] = [new Disk(snapshot), new Disk(snapshot)];
  first.append('/srv/a', ' first');
  second.setMode('/srv/a', 0o600);
  expect([first.readText('/srv/a'), second.readText('/srv/a')]).toEqual(['one first', 'one']);
  expect(first.find('/srv/a')?.mode).toBe(0o644);
});

test('both names of a hard link show a change, also after a snapshot', async () => {
  const disk = new Disk();
  disk.install('/a', 'one');
  await new ShellFiles(disk).link('/a', '/b');
  disk.snapshot();
  disk.write('/b', 'two');
  expect(disk.readText('/a')).toBe('two');
});

test('symbolic links are followed on the way and at the end, and loops are refused', async () => {
  const disk = new Disk();
  disk.install('/usr/bin/tool', 'x');
  disk.makeSymlink('usr/bin', '/bin');
  disk.makeSymlink('/loop', '/loop');
  expect(disk.readText('/bin/tool')).toBe('x');
  expect(disk.canonical('/bin/tool')).toBe('/usr/bin/tool');
  await expect(new ShellFiles(disk).readFile('/loop')).rejects.toThrow('ELOOP');
});

test('bytes written as text in latin1 are the same bytes', async () => {
  const disk = new Disk();
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  await new ShellFiles(disk).writeFile('/x', Buffer.from(bytes).toString('latin1'), 'binary');
  expect(await new ShellFiles(disk).readFileBuffer('/x')).toEqual(Buffer.from(bytes));
});

test('moving a directory takes all in it along and refuses to go below itself', async () => {
  const disk = new Disk();
  disk.install('/a/b/c', 'x');
  await new ShellFiles(disk).mv('/a', '/z');
  expect(disk.readText('/z/b/c')).toBe('x');
  expect(disk.has('/a')).toBe(false);
  await expect(new ShellFiles(disk).mv('/z', '/z/b/y')).rejects.toThrow('EINVAL');
});
