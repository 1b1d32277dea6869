/** Resolves with the first truthy answer, asked for every few milliseconds; rejects after 45 seconds without one. */
export async function until<Value>(condition: () => Value | Promise<Value>): Promise<Awaited<Value>> {
  const end = performance.now() + 45_000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (performance.now() > end) throw new Error(`this never became true: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
