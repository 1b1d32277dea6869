/**
 * Longer than any function of the workflow that makes something may take (`timeout` in serverless.yml), in milliseconds. Step Functions
 * does not stop the function that runs when an execution ends: so long after the end of a build something of it may still come. Finish
 * may take longer, and writes the number of its build before each of its acts, which is refused then.
 */
export const LATE_MILLISECONDS = 2 * 60_000;
