import { inOneAccount, serviceNames } from './every-operation';
import { SMALLEST } from './inputs/input-maker';
import { defects, exemptions } from './known';
import { report } from './trial';

const account = inOneAccount();

test.each(serviceNames)(
  'the operations of %s succeed with their smallest inputs, but for those that are listed with a reason',
  async (name) => {
    const all = await account.runAll(name, SMALLEST);
    const listed = { ...exemptions[name], ...defects.smallest[name] };
    const failed = all.filter(({ verdict }) => verdict.kind !== 'succeeded');
    const unexpected = failed.filter(({ operation }) => !Object.hasOwn(listed, operation));
    expect(unexpected.map(report)).toEqual([]);
    // What succeeds by now leaves the list.
    expect(failed.map(({ operation }) => operation)).toEqual(Object.keys(listed).sort());
  },
);
