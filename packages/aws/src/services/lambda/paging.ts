/** How many items a page of any of Lambda's lists has: 50, unless the caller asks for fewer. */
export function pageSize(asked: number | undefined): number {
  return Math.min(asked ?? 50, 50);
}
