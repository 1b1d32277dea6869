import { main } from '../../cli/kiln';
import { runLocal } from '../../cli/local';

jest.mock('../../cli/local', () => ({ runLocal: jest.fn() }));
jest.mock('../../cli/start', () => ({ runStart: jest.fn() }));

beforeEach(() => {
  jest.mocked(runLocal).mockClear();
  jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  jest.spyOn(console, 'error').mockReturnValue();
});
afterEach(() => {
  process.exitCode = undefined;
  jest.restoreAllMocks();
});

const local = (...words: string[]) => main(['node', 'kiln', 'local', ...words]);

test('the port and the time scale are read as numbers', async () => {
  await local('--port', '0', '--time-scale', '2.5');
  expect(runLocal).toHaveBeenCalledWith({
    port: 0,
    timeScale: 2.5,
    empty: false,
    schedules: false,
    anyKeys: false,
  });
});

test.each([
  ['--port', '', 'expected 0 to 65535'],
  ['--port', '0x10', 'expected 0 to 65535'],
  ['--port', '65536', 'expected 0 to 65535'],
  ['--port', '80.5', 'expected 0 to 65535'],
  ['--time-scale', '', 'expected a number above 0, at most 10000'],
  ['--time-scale', '0', 'expected a number above 0, at most 10000'],
])('%s %j is refused with what was expected', async (option, text, words) => {
  await local(option, text);
  expect(process.exitCode).toBe(2);
  expect(process.stderr.write).toHaveBeenCalledWith(expect.stringContaining(words));
});
