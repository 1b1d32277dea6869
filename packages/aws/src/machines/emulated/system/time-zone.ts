import type { Disk } from '../disk/disk';

/** The time zone that /etc/localtime links to. */
export function zoneOf(disk: Disk): string {
  if (!disk.isSymlink('/etc/localtime')) return 'UTC';
  const zone = disk.linkTarget('/etc/localtime').replace(/^.*zoneinfo\//, '');
  return isZone(zone) ? zone : 'UTC';
}

/** Whether there is a time zone of that name. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** As in `CET`, or `+03` for a zone that has no letters. */
export function abbreviate(zone: string, at: Date): string {
  if (!isZone(zone)) return zone.replace(/[^A-Za-z].*$/, '') || 'UTC';
  for (const locale of ['en-GB', 'en-US', 'en-AU', 'en-IN']) {
    const name = partOf(zone, at, locale, 'short');
    if (/^[A-Z]{2,5}$/.test(name)) return name === 'GMT' && zone === 'UTC' ? 'UTC' : name;
  }
  return offsetOf(zone, at).replace(/00$/, '');
}

/** As in `+0100`. */
export function offsetOf(zone: string, at: Date): string {
  return partOf(zone, at, 'en-US', 'longOffset').replace(/^GMT/, '').replace(':', '') || '+0000';
}

function partOf(zone: string, at: Date, locale: string, timeZoneName: 'short' | 'longOffset'): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName }).formatToParts(at);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
}
