import { Clock } from '../../../core/clock';
import { Engine } from './engine';

/** dynalite's own functions, which it calls in the middle of its work, where nothing of ours is on the stack. */
interface Inside {
  checkConditional(): unknown;
  itemSize(): number;
}
const inside = jest.requireActual<Inside>('dynalite/db/index.js');
const engine = new Engine('us-east-1', '000000000000', new Clock(1));
const errors = jest.spyOn(console, 'error').mockImplementation(() => {});
const defect = () => {
  throw new TypeError('a defect');
};

beforeAll(async () => {
  await engine.call('CreateTable', {
    TableName: 'things',
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  const table = async () => (await engine.call('DescribeTable', { TableName: 'things' })).Table;
  while (((await table()) as { TableStatus: string }).TableStatus !== 'ACTIVE')
    await new Promise((resolve) => setImmediate(resolve));
});

afterAll(() => {
  engine.close();
  errors.mockRestore();
});

const put = (pk: string, more: object = {}) =>
  engine.call('PutItem', { TableName: 'things', Item: { pk: { S: pk }, ...more } });
const failure = { code: 'InternalServerError', status: 500 };

test('what dynalite throws at an input is the error of that request, and the next one is answered', async () => {
  await expect(put('a', { list: { L: [null] } })).rejects.toMatchObject(failure);
  await expect(put('a', { list: { L: [] } })).resolves.toEqual({});
  expect(errors).toHaveBeenCalledWith('DynamoDB failed in PutItem:', expect.any(TypeError));
});

test('what it throws while it has locked an item is the error of that request, and the lock is given back', async () => {
  jest.spyOn(inside, 'checkConditional').mockImplementationOnce(defect);
  const [broken, waiting] = [put('b'), put('b')];
  await expect(broken).rejects.toMatchObject(failure);
  await expect(waiting).resolves.toEqual({});
  const found = await engine.call('GetItem', { TableName: 'things', Key: { pk: { S: 'b' } } });
  expect(found.Item).toEqual({ pk: { S: 'b' } });
});

test('an error of DynamoDB’s has its code and its message', async () => {
  await expect(engine.call('GetItem', { TableName: 'none', Key: { pk: { S: 'b' } } })).rejects.toMatchObject({
    code: 'ResourceNotFoundException',
    status: 400,
    message: 'Requested resource not found',
  });
});
