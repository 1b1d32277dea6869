interface Variables {
  resolveVariable(name: string): Promise<string>;
}

export function authorizers(variables: Variables): Promise<Record<string, object>>;
export function authorizer(variables: Variables): Promise<object>;
