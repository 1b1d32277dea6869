import { Problem } from '../../src/api/answers';
import { ROUTES } from '../../src/api/routes';

/**
 * Holds an answer of the API to what docs/openapi.json says of its route, which is made of the same schemas.
 *
 * @throws with what is otherwise
 */
export function checkAnswer(method: string, path: string, status: number, body: unknown): void {
  const [pathname = ''] = path.split('?');
  const route = ROUTES.find((one) => one.method === method && matches(one.path, pathname));
  // What API Gateway answers itself has a message only.
  if (!route || (status >= 400 && Object.keys(Object(body)).join() === 'message')) return;
  const schema = status >= 400 ? Problem : route.answer;
  const { error } = schema.safeParse(body);
  if (error)
    throw new Error(
      `${method} ${path} answered ${status} with what its schema does not have: ${error.message}`,
    );
  if (status < 400 && status !== route.status)
    throw new Error(`${method} ${path} answered ${status}, its route says ${route.status}`);
}

function matches(template: string, path: string): boolean {
  return new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
}
