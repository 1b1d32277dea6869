/** A duration as people read it: `31s`, `6m02s`, `3h05m`, `12d`. @param seconds cut to whole ones */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${two(whole % 60)}s`;
  if (whole < 48 * 3600) return `${Math.floor(whole / 3600)}h${two(Math.floor((whole % 3600) / 60))}m`;
  return `${Math.floor(whole / 86_400)}d`;
}

/** Seconds between two times, ISO 8601 or a date. */
export function secondsBetween(from: string | Date, to: string | Date): number {
  return (new Date(to).getTime() - new Date(from).getTime()) / 1000;
}

/** How old something is: one unit, the largest. */
export function age(from: string, now: Date): string {
  const seconds = Math.max(0, secondsBetween(from, now));
  if (seconds < 60) return `${Math.floor(seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** The time of day, in UTC as all of Kiln's times: `03:12:40`. */
export function clockTime(time: string | Date): string {
  return new Date(time).toISOString().slice(11, 19);
}

/** `2026-11-30 03:12`, in UTC. */
export function dayAndTime(time: string): string {
  return new Date(time).toISOString().slice(0, 16).replace('T', ' ');
}

/** The middle one of several numbers. */
export function median(values: readonly number[]): number | undefined {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
