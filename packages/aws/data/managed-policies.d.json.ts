/** A managed policy that AWS gives every account, with its default version only. */
export interface PublishedManagedPolicy {
  readonly name: string;
  readonly path: string;
  readonly arn: string;
  /** In IAM's form, though not AWS's own, which is published nowhere. */
  readonly id: string;
  readonly description?: string;
  readonly defaultVersion: string;
  /** ISO 8601. */
  readonly created: string;
  /** ISO 8601; also when the default version was made. */
  readonly updated: string;
  /** As JSON: read as values together they would take 20 MB more. */
  readonly document: string;
}

declare const policies: readonly PublishedManagedPolicy[];
export default policies;
