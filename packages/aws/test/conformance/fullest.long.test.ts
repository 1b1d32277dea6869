import { inOneAccount, serviceNames } from './every-operation';
import { FULLEST } from './inputs/input-maker';
import { isNewDefect } from './known';
import { report } from './trial';

const account = inOneAccount();

test.each(serviceNames)(
  'the operations of %s answer their fullest inputs as their schemas say, or with an error of AWS',
  async (name) => {
    const all = await account.runAll(name, FULLEST);
    expect(all.length).toBeGreaterThan(0);
    expect(all.filter(isNewDefect).map(report)).toEqual([]);
  },
);
