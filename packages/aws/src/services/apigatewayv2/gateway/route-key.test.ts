import { compareRoutes, matchRoute, parseRouteKey, splitPath } from './route-key';

/** The route key that API Gateway would choose among these. */
const choose = (keys: string[], method: string, path: string) => {
  const fitting = keys.flatMap((text) => {
    const key = parseRouteKey(text);
    const variables = key && matchRoute(key, method, splitPath(path));
    return variables ? [{ text, key, variables }] : [];
  });
  return fitting.sort((a, b) => compareRoutes(a.key, b.key))[0];
};

// The example of the API Gateway developer guide.
const pets = ['ANY /{proxy+}', 'GET /pets/{proxy+}', 'GET /pets/dog/{id}', 'GET /pets/dog/1'];

test.each([
  ['GET', '/pets/dog/1', 'GET /pets/dog/1'],
  ['GET', '/pets/dog/2', 'GET /pets/dog/{id}'],
  ['GET', '/pets/cat/1', 'GET /pets/{proxy+}'],
  ['POST', '/test/5', 'ANY /{proxy+}'],
  ['POST', '/pets/dog/1', 'ANY /{proxy+}'],
])('%s %s goes to %s', (method, path, expected) => {
  expect(choose(pets, method, path)?.text).toBe(expected);
});

test('a route of the method is chosen before ANY', () => {
  expect(choose(['ANY /a', 'GET /a'], 'GET', '/a')?.text).toBe('GET /a');
});

test('path variables are decoded, and a greedy one holds the rest of the path', () => {
  expect(choose(['GET /a/{x}/{rest+}'], 'GET', '/a/b%20c/d/e%2Ff')?.variables).toEqual({
    x: 'b c',
    rest: 'd/e/f',
  });
});

test('neither variable nor greedy variable takes an empty path', () => {
  expect(choose(['GET /a/{x}', 'GET /a/{x+}'], 'GET', '/a/')).toBeUndefined();
  expect(choose(['ANY /{proxy+}'], 'GET', '/')).toBeUndefined();
});

test('a trailing slash makes another path', () => {
  expect(choose(['GET /a'], 'GET', '/a/')).toBeUndefined();
});

test.each(['GET', 'FETCH /a', 'GET a', 'GET /a /b', 'GET /{a+}/b', 'GET /{a}/{a}', 'GET /a{b}'])(
  'the route key %s is refused',
  (routeKey) => {
    expect(() => parseRouteKey(routeKey)).toThrow(expect.objectContaining({ code: 'BadRequestException' }));
  },
);
