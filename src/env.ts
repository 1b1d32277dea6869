/**
 * Reads a variable of the environment that `serverless.yml` gives to the function.
 *
 * @throws Error if it is not set: the function is deployed wrongly
 */
export function env(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(`The environment variable ${name} is not set. serverless.yml gives it to the function.`);
  return value;
}
