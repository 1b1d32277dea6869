// What a test waits for is a condition: how long it may take says only when to give up, on the slowest machine.
const isLong = /\.(long|faults)\.test\.ts$/.test(expect.getState().testPath ?? '');
jest.setTimeout(isLong ? 300_000 : 120_000);
