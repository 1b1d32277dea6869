/** An error of S3, or of the way to it. */
interface ServiceError extends Error {
  $metadata?: { httpStatusCode?: number };
  operation?: string;
}

/** Marks what a request throws with the operation that it was. */
export async function attempt<T>(operation: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof Error) Object.assign(error, { operation });
    throw error;
  }
}

/** Whether `attempt` saw it. */
export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'operation' in error;
}

/** As the CLI prints it. */
export function describe(error: ServiceError): string {
  const status = error.$metadata?.httpStatusCode;
  if (status === undefined) return `Could not connect to the endpoint URL: ${error.message}`;
  const isHead = error.operation === 'HeadObject';
  const code = isHead ? String(status) : error.name;
  const text = isHead
    ? ({ 403: 'Forbidden', 404: 'Not Found', 400: 'Bad Request' }[status] ?? error.message)
    : error.message;
  return `An error occurred (${code}) when calling the ${error.operation} operation: ${text}`;
}
