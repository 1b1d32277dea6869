/** What a test waits on: an embedded AWS whose time leaps while somebody waits for it. */
export interface WaitedOn {
  readonly leaps: boolean;
  sleep(seconds: number): Promise<void>;
}

/** AWS seconds between two looks, most of what changes changes in whole ones; whoever has waited for long waits longer. */
const LOOK_SECONDS = 0.5;
const PATIENT_LOOKS = 300;
const GROWTH = 1.05;
/** Every so many looks some real time passes, too. */
const REAL_LOOKS = 50;

const waitedOn = new Set<WaitedOn>();

/** From now on tests that wait let this AWS's time pass. Returns how to end it. */
export function waitOn(aws: WaitedOn): () => void {
  if (aws.leaps) waitedOn.add(aws);
  return () => waitedOn.delete(aws);
}

/** Resolves with the first truthy answer, asked for again as AWS's time passes; rejects after 45 real seconds without one. */
export async function until<Value>(condition: () => Value | Promise<Value>): Promise<Awaited<Value>> {
  const end = performance.now() + 45_000;
  for (let looks = 0; ; looks += 1) {
    const pause = LOOK_SECONDS * GROWTH ** Math.max(0, looks - PATIENT_LOOKS);
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`this never became true: ${condition}`);
    // One that has gone meanwhile is waited on no more.
    await Promise.all([...waitedOn].map((aws) => aws.sleep(pause).catch(() => waitedOn.delete(aws))));
    // Not all that a test waits for is AWS's: a process, a file.
    if (waitedOn.size === 0 || looks % REAL_LOOKS === 0)
      await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** What a promise comes to, while AWS's time passes. */
export async function settled<Value>(promise: Promise<Value>): Promise<Value> {
  let isSettled = false;
  const settle = () => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await until(() => isSettled);
  return promise;
}
