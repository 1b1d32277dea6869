import type { Disk } from '../disk/disk';
import { resolvePath } from '../disk/disk-paths';
import type { OutputDevices } from './live-output';

/** Of a process. */
export type Stream = 'stdout' | 'stderr';

type Sink =
  | { kind: 'machine'; stream: Stream }
  | { kind: 'file'; path: string }
  | { kind: 'pipe'; name: string };

/** Standard output and error of one run: device files whose bytes go to the machine, a file or a pipe. */
export class OutputStreams {
  readonly devices: OutputDevices;
  /** What was written to pipes, by the pipe's name. */
  readonly pipes = new Map<string, Uint8Array[]>();
  private stdout: Sink = { kind: 'machine', stream: 'stdout' };
  private stderr: Sink = { kind: 'machine', stream: 'stderr' };
  /** Standard output of a command whose trace is still to come. */
  private held: Uint8Array[] = [];
  /** Where `exec > file` was said. */
  private directory = '/';
  private readonly names: string[];

  constructor(
    private readonly disk: Disk,
    run: number,
    /** Whether the script may be traced by `set -x`. */
    private readonly isTraced: boolean,
    private readonly onOutput: (text: string, stream: Stream) => void,
    private readonly startJob: (job: number, variables: string) => void,
  ) {
    const device = (name: string) => `/dev/.shell-${run}-${name}`;
    const [stdout, stderr, control] = [device('stdout'), device('stderr'), device('control')];
    this.names = [stdout, stderr, control];
    this.devices = { stdout, stderr, control, stderrAt: (line) => this.errorsAt(`${stderr}-${line}`, line) };
    this.attach(this.devices.stdout, (bytes) => this.writeOutput(bytes));
    this.attach(this.devices.stderr, (bytes) => this.writeErrors(bytes));
    this.attach(this.devices.control, (bytes) => {
      this.flush();
      this.redirect(Buffer.from(bytes).toString('utf8'));
    });
  }

  /** Output that came outside of the devices, when the script was done. */
  writeRest(stdout: string, stderr: string): void {
    this.flush();
    if (stdout !== '') this.write(this.stdout, Buffer.from(asWritten(stdout)));
    if (stderr !== '') this.write(this.stderr, Buffer.from(asWritten(stderr)));
  }

  /** Writes where standard error goes, and to the machine even so. */
  writeAloud(text: string): void {
    this.flush();
    if (this.stderr.kind !== 'machine') this.write(this.stderr, Buffer.from(text));
    this.onOutput(text, 'stderr');
  }

  /** From here on all goes to the machine again. */
  reset(): void {
    this.stdout = { kind: 'machine', stream: 'stdout' };
    this.stderr = { kind: 'machine', stream: 'stderr' };
  }

  close(): void {
    for (const name of this.names) {
      this.disk.remove(name);
      this.disk.detachDevice(name);
    }
  }

  /** just-bash writes a command's output before its errors, of which its trace is the first. */
  private writeOutput(bytes: Uint8Array): void {
    this.flush();
    if (!this.isTraced) {
      this.write(this.stdout, bytes);
      return;
    }
    this.held.push(Uint8Array.from(bytes));
    // The trace follows before anything else happens, or not at all.
    setImmediate(() => this.flush());
  }

  private errorsAt(name: string, line: number): string {
    if (!this.names.includes(name)) {
      this.names.push(name);
      this.attach(name, (bytes) => this.writeErrors(bytes, line));
    }
    return name;
  }

  private writeErrors(bytes: Uint8Array, line?: number): void {
    const raw = Buffer.from(bytes).toString('latin1');
    const text =
      line === undefined ? raw : raw.replace(/^bash: (?!line \d+: |-)(?=\S)/gm, `bash: line ${line}: `);
    const shown = this.isTraced ? asWritten(text) : text;
    const length = this.held.length > 0 ? (/^(?:\++ .*\n)+/.exec(shown)?.[0].length ?? 0) : 0;
    this.write(this.stderr, Buffer.from(shown.slice(0, length), 'latin1'));
    this.flush();
    this.write(this.stderr, Buffer.from(shown.slice(length), 'latin1'));
  }

  private flush(): void {
    for (const bytes of this.held.splice(0)) this.write(this.stdout, bytes);
  }

  private attach(path: string, write: (bytes: Uint8Array) => void): void {
    this.disk.makeDevice(path, path);
    this.disk.attachDevice(path, { read: () => new Uint8Array(), write });
  }

  private write(sink: Sink, bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (sink.kind === 'file') this.disk.append(sink.path, Uint8Array.from(bytes));
    else if (sink.kind === 'pipe')
      this.pipes.set(sink.name, [...(this.pipes.get(sink.name) ?? []), Uint8Array.from(bytes)]);
    else this.onOutput(Buffer.from(bytes).toString('utf8'), sink.stream);
  }

  private redirect(message: string): void {
    const fields = message.split('\0');
    for (let at = 0; at + 1 < fields.length; at += 2) {
      const job = /^job (\d+)$/.exec(fields[at] ?? '')?.[1];
      if (job !== undefined) {
        this.startJob(Number(job), fields[at + 1] ?? '');
        continue;
      }
      if (fields[at] === 'cwd') {
        this.directory = fields[at + 1] ?? '/';
        continue;
      }
      const [, stream = '', kind = ''] = /^(out|err|both)([|=>+])$/.exec(fields[at] ?? '') ?? [];
      const target = fields[at + 1] ?? '';
      const sink = this.toSink(kind, target);
      if (stream !== 'err') this.stdout = sink;
      if (stream !== 'out') this.stderr = sink;
    }
  }

  private toSink(kind: string, target: string): Sink {
    if (kind === '=') return target === '1' ? this.stdout : this.stderr;
    if (kind === '|') {
      this.pipes.set(target, this.pipes.get(target) ?? []);
      return { kind: 'pipe', name: target };
    }
    const path = resolvePath(this.directory, target);
    if (kind === '>' && this.disk.find(path)?.kind !== 'device') this.disk.write(path, new Uint8Array());
    return { kind: 'file', path };
  }
}

/** A trace without the commands that stand in the script for others, and without how a program of another folder is started. */
function asWritten(text: string): string {
  return text
    .replace(/^(\++) \.exec /gm, '$1 ')
    .replace(/^(\++) \.command /gm, '$1 command -v ')
    .replace(/^(\++) \.type /gm, '$1 type ')
    .replace(/^\++ (?:\.(?:open|syntax) |__words=\().*\n/gm, '')
    .replace(/^(\++) (\S+)( .*)?\n\1 exec \/usr\/bin\/\2\3?\n/gm, '$1 $2$3\n');
}
