import { Account } from './account/account';
import { CallLog } from './core/call-log';
import { FrontDoor } from './door/front-door';

export interface EmbeddedAwsOptions {
  /** Port of the front door; 0 finds a free one. */
  readonly port: number;
  /** AWS seconds that pass in one real second. */
  readonly timeScale: number;
}

/** A running embedded AWS. */
export interface EmbeddedAws {
  /** For `AWS_ENDPOINT_URL`, and as an HTTP proxy into the embedded network. */
  readonly endpoint: string;
  /** Ends everything: servers, machines, workers, timers. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded AWS with a newborn account on the loopback address.
 *
 * @throws the listen error, `EADDRINUSE` where the port is taken
 */
export async function startEmbeddedAws(options: EmbeddedAwsOptions): Promise<EmbeddedAws> {
  const calls = new CallLog();
  let account: Account | undefined;
  let endpoint = '';
  const newborn = () => new Account({ timeScale: options.timeScale, endpoint });
  const door = new FrontDoor({
    calls,
    account: () => {
      account ??= newborn();
      return account;
    },
    reset: async () => {
      const old = account;
      account = newborn();
      calls.clear();
      await old?.dispose();
    },
  });
  endpoint = await door.listen(options.port, '127.0.0.1');
  return {
    endpoint,
    stop: async () => {
      await account?.dispose();
      await door.close();
    },
  };
}
