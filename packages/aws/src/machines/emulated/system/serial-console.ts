const LIMIT = 64 * 1024;

/** What the serial port showed: the last 64 KB of it, as EC2 keeps it over reboots. */
export class SerialConsole {
  private text = '';
  private bootedAt = 0;
  private openLine: string | undefined;

  constructor(private readonly now: () => Date) {}

  /** The kernel's clock starts here. */
  startClock(): void {
    this.bootedAt = this.now().getTime();
    this.openLine = undefined;
  }

  /** Seconds since the kernel started. */
  uptime(): number {
    return Math.max(0, (this.now().getTime() - this.bootedAt) / 1000);
  }

  /** A line with the kernel's time stamp before it, as systemd and cloud-init write it. */
  line(text: string): void {
    this.raw(`${this.stamp()}${text}\r\n`);
  }

  /** Bytes as they are. */
  raw(text: string): void {
    this.text = (this.text + text).slice(-LIMIT);
  }

  /**
   * Output of a program through cloud-init: each line gets a stamp and `source`. An unfinished line is completed by
   * what follows, as a terminal would.
   */
  stream(source: string, chunk: string): void {
    const lines = chunk.split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      this.raw(this.openLine === undefined ? `${this.stamp()}${source}: ${line}\r\n` : `${line}\r\n`);
      this.openLine = undefined;
    }
    if (rest === '') return;
    this.raw(this.openLine === undefined ? `${this.stamp()}${source}: ${rest}` : rest);
    this.openLine = rest;
  }

  /** Ends an unfinished line. */
  endStream(): void {
    if (this.openLine !== undefined) this.raw('\r\n');
    this.openLine = undefined;
  }

  read(): string {
    return this.text;
  }

  private stamp(): string {
    return `[${this.uptime().toFixed(6).padStart(12)}] `;
  }
}
