import { monthName } from '../../months';

/** A line of Apache's error log. */
export function apacheErrorLine(at: Date, level: string, message: string): string {
  const day = at.toUTCString().slice(0, 3);
  const month = monthName(at);
  const date = String(at.getUTCDate()).padStart(2, '0');
  const time = at.toISOString().slice(11, 23);
  return `[${day} ${month} ${date} ${time}000 ${at.getUTCFullYear()}] [${level}] [pid 1234:tid 1234] ${message}\n`;
}
