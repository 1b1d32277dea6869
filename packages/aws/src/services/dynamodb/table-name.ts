/** The name of a table, which may be named by its ARN too. */
export function nameOf(table: string | undefined): string {
  return table?.split('/')[1] ?? table ?? '';
}
