/** What holds of a target whose file leaves one of them out, or both and its group says nothing. */
export function chooseHealthy({
  minHealthy,
  maxHealthy,
}: {
  minHealthy?: number | undefined;
  maxHealthy?: number | undefined;
}): { minHealthy: number; maxHealthy: number } {
  return { minHealthy: minHealthy ?? 100, maxHealthy: maxHealthy ?? 110 };
}
