/** What Amazon Linux 2023 has, whether this machine has it too or not. */
interface Distribution {
  readonly release: string;
  /** Where the names are from, and when. */
  readonly source: string;
  /** Names of packages as the distribution publishes them; `texlive-{a,b}` stands for all that its braces make. */
  readonly packages: readonly string[];
  /** Names of packages that came later. */
  readonly announced: readonly string[];
  /** Other names that `dnf install` takes, and the package that it then installs. */
  readonly provides: Readonly<Record<string, string>>;
  /** Packages of the standard AMI, with the names of their programs. */
  readonly image: Readonly<Record<string, string>>;
}

declare const distribution: Distribution;
export default distribution;
