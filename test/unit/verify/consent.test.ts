import { PassThrough } from 'node:stream';
import { askConsent } from '../../../cli/verify/consent';

const signal = new AbortController().signal;

function terminal(answer: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  input.end(`${answer}\n`);
  return { input, output };
}

test('where nobody can be asked, that is said with what to do', async () => {
  const asked = { input: new PassThrough(), output: new PassThrough() };
  await expect(askConsent(false, signal, asked)).rejects.toThrow('--yes agrees to all of this');
});

test('nobody is asked who has agreed beforehand', async () => {
  const asked = { input: new PassThrough(), output: new PassThrough() };
  await askConsent(true, signal, asked);
  expect(asked.output.read()).toBeNull();
});

test.each(['y', 'Yes', ' y '])("'%s' is a yes", async (answer) => {
  await expect(askConsent(false, signal, terminal(answer))).resolves.toBeUndefined();
});

test.each(['', 'n', 'no', 'yesterday'])("'%s' is a no", async (answer) => {
  await expect(askConsent(false, signal, terminal(answer))).rejects.toThrow(
    'not agreed to: nothing was made',
  );
});

test('an interruption ends the question', async () => {
  const controller = new AbortController();
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const asking = askConsent(false, controller.signal, { input, output: new PassThrough() });
  controller.abort(new Error('interrupted'));
  await expect(asking).rejects.toThrow();
});
