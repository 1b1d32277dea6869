/** One API call that came through the front door. */
export interface CallRecord {
  /** AWS time. */
  readonly time: string;
  readonly region: string;
  readonly service: string;
  readonly operation: string;
  readonly status: number;
  readonly errorCode?: string;
  /** ARN of the principal. */
  readonly caller: string;
  readonly traceId?: string;
}

/** The newest 20,000 API calls, oldest first. */
export class CallLog {
  private records: CallRecord[] = [];

  add(record: CallRecord): void {
    this.records.push(record);
    if (this.records.length > 20_000) this.records = this.records.slice(-18_000);
  }

  list(): readonly CallRecord[] {
    return this.records;
  }

  clear(): void {
    this.records = [];
  }
}
