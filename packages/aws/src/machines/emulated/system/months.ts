const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** As in `Nov`, in UTC. Logs ask for it at every request, where Intl would cost more than the answer. */
export function monthName(date: Date): string {
  return MONTHS[date.getUTCMonth()] ?? '';
}
