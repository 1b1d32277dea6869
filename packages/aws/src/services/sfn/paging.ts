/** How many items a page has: 100 unless the caller says a number; 0 says none. */
export function pageSize(asked: number | undefined): number {
  return asked || 100;
}
