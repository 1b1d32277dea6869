import { fail, type Program, type ProgramCall, type Programs, succeedWithBytes } from '../../program';
import { parseArguments } from './arguments';
import { CurlError } from './curl-error';
import type { Options } from './options';
import { finish, type Transfer, writeOut } from './output';
import { normalizeUrl, request } from './request';

const curl: Program = async (args, call) => {
  const options = parseArguments(args, call);
  if (typeof options === 'string') return fail(2, options);
  if (options.urls.length === 0)
    return fail(2, "curl: try 'curl --help' or 'curl --manual' for more information");
  let stdout = Buffer.alloc(0);
  let stderr = '';
  let exitCode = 0;
  for (const url of options.urls) {
    const result = await transfer(url, options, call);
    stdout = Buffer.concat([stdout, result.stdout]);
    stderr += result.stderr;
    exitCode = result.exitCode;
  }
  return { ...succeedWithBytes(stdout), stderr, exitCode };
};

/** `curl`. */
export const CURL_PROGRAMS: Programs = { curl };

/** Fetches one URL, again and again as `--retry` says. */
async function transfer(url: string, options: Options, call: ProgramCall): Promise<Transfer> {
  const { guest } = call;
  for (let attempt = 0; ; attempt += 1) {
    const canRetry = attempt < options.retries;
    try {
      const answer = await request(guest, normalizeUrl(url), options, call);
      const isTransient = [408, 429, 500, 502, 503, 504].includes(answer.response.status);
      if (!(isTransient && canRetry)) return await finish(answer, url, options, call);
    } catch (error) {
      if (!(error instanceof CurlError)) throw error;
      const isTransient =
        error.exitCode === 28 || error.exitCode === 6 || (error.exitCode === 7 && options.retryRefused);
      if (!(isTransient && canRetry)) {
        const shown =
          options.silent && !options.showError ? '' : `curl: (${error.exitCode}) ${error.message}\n`;
        return { stdout: writeOut(options, undefined, 0), stderr: shown, exitCode: error.exitCode };
      }
    }
    await guest.sleep(options.retryDelay || Math.min(600, 2 ** attempt), call.context.signal);
  }
}
