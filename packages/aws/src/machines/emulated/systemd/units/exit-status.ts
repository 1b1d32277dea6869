const EXITS = new Map([
  [1, 'FAILURE'],
  [2, 'INVALIDARGUMENT'],
  [200, 'CHDIR'],
  [203, 'EXEC'],
  [217, 'USER'],
]);

/** As systemd writes an exit status: `203/EXEC`. */
export function describeExit(exitCode: number): string {
  return `${exitCode}/${EXITS.get(exitCode) ?? 'n/a'}`;
}
