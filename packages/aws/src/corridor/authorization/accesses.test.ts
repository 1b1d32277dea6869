import { services } from '../../services';
import { ActionTables } from './action-tables';

const tables = new ActionTables({ loading: (_what, work) => work });

test.each(Object.entries(services))(
  'every operation of %s is an action, or says which it is',
  async (name, service) => {
    const table = await tables.load(name);
    const own = service.authorization;
    const unknown = Object.keys(service.operations)
      .filter((operation) => /^[A-Z]/.test(operation))
      .flatMap((operation) => own?.actions?.[operation] ?? [operation])
      .filter((action) => !table.find(action));
    expect(unknown.filter((action) => !BY_HAND[name]?.test(action))).toEqual([]);
  },
);

/** Operations whose accesses the service itself puts together. */
const BY_HAND: Readonly<Record<string, RegExp>> = {
  apigatewayv2: /./,
  s3: /^(CopyObject|UploadPartCopy|DeleteObjects)$/,
};
