interface ClientConfig {
  region?: string;
  maxAttempts: number;
  requestHandler: { connectionTimeout: number };
}

/** A region that nothing comes through to must not use up the time of a function that has others to look at. Milliseconds. */
const CONNECTION_TIMEOUT = 10_000;

/** Makes one client a region, at its first use, for the life of the process. No region means that of the function. */
export function perRegion<Client>(make: (config: ClientConfig) => Client): (region?: string) => Client {
  const clients = new Map<string | undefined, Client>();
  return (region) => {
    const requestHandler = { connectionTimeout: CONNECTION_TIMEOUT };
    const made = clients.get(region) ?? make({ ...(region && { region }), maxAttempts: 4, requestHandler });
    clients.set(region, made);
    return made;
  };
}
