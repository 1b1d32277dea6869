/** Arguments of jest that say how tests are run and told of, not which; and whether a value comes after them. */
const HARMLESS: Readonly<Record<string, 'alone' | 'with a value'>> = {
  '--ci': 'alone',
  '--color': 'alone',
  '--colors': 'alone',
  '--no-color': 'alone',
  '--detectOpenHandles': 'alone',
  '--forceExit': 'alone',
  '--json': 'alone',
  '--logHeapUsage': 'alone',
  '--no-cache': 'alone',
  '--runInBand': 'alone',
  '-i': 'alone',
  '--silent': 'alone',
  '--verbose': 'alone',
  '--maxWorkers': 'with a value',
  '-w': 'with a value',
  '--outputFile': 'with a value',
  '--reporters': 'with a value',
  '--testTimeout': 'with a value',
  '--workerIdleMemoryLimit': 'with a value',
};

/** Whether jest runs all tests with these arguments: what is not known to be harmless may choose some. */
export function runsAll(given: readonly string[]): boolean {
  for (let at = 0; at < given.length; at += 1) {
    const [name = '', value] = (given[at] ?? '').split('=');
    const kind = Object.hasOwn(HARMLESS, name) ? HARMLESS[name] : undefined;
    if (kind === undefined) return false;
    if (kind === 'with a value' && value === undefined) at += 1;
  }
  return true;
}
