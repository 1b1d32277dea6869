/** What the embedded AWS tells about itself under `/_local/`, which AWS has nothing like. */
export class Backstage {
  private constructor(
    private readonly endpoint: string,
    /** AWS seconds in a real second. */
    readonly timeScale: number,
    private readonly timeAtStart: number,
    private readonly startedAt = performance.now(),
  ) {}

  static async enter(endpoint: string): Promise<Backstage> {
    const { timeScale, time } = await get<{ timeScale: number; time: string }>(`${endpoint}/_local`);
    return new Backstage(endpoint, timeScale, Date.parse(time));
  }

  /** AWS's time. */
  now(): Date {
    return new Date(this.timeAtStart + (performance.now() - this.startedAt) * this.timeScale);
  }

  /** What AWS itself was busy with; times in AWS milliseconds since the epoch. */
  ledger(): Promise<{ kind: string; resource: string; from: number; to?: number }[]> {
    return get(`${this.endpoint}/_local/ledger`);
  }

  calls(): Promise<{ time: string; service: string; operation: string; status: number; caller: string }[]> {
    return get(`${this.endpoint}/_local/calls`);
  }

  executions(): Promise<{ executionArn: string; transitions: number }[]> {
    return get(`${this.endpoint}/_local/executions`);
  }

  loadBalancers(): Promise<{ name: string; dnsName: string; listenerPort: number; loopbackPort: number }[]> {
    return get(`${this.endpoint}/_local/load-balancers`);
  }

  /** Fires a schedule of EventBridge Scheduler at once. */
  async runSchedule(region: string, group: string, name: string): Promise<void> {
    const path = ['schedules', region, group, name].map(encodeURIComponent).join('/');
    await get(`${this.endpoint}/_local/${path}/run`, 'POST');
  }
}

async function get<T>(url: string, method = 'GET'): Promise<T> {
  const answer = await fetch(url, { method });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return JSON.parse(text) as T;
}
