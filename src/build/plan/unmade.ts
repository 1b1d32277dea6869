import { isAwsError } from '../../aws/error';

/** How the services say that a caller lacks a right, and Service Quotas that a region does not know a quota. */
const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'NoSuchResourceException'];

/** The checks of a plan that AWS did not let Kiln make. A right to look that lacks fails no build: its record says what was not checked. */
export class Unmade {
  /** One sentence a check, each once. */
  readonly words: string[] = [];

  /**
   * Makes a check.
   *
   * @param what it finds out, after "whether": `the account has room for the vCPUs`
   * @returns what it finds; undefined if AWS denies it an answer
   */
  async unlessDenied<Found>(what: string, check: () => Promise<Found>): Promise<Found | undefined> {
    try {
      return await check();
    } catch (error) {
      if (!isAwsError(error, ...DENIED)) throw error;
      const said = `It was not checked whether ${what}: ${error.message}`;
      if (!this.words.includes(said)) this.words.push(said);
      return undefined;
    }
  }
}
