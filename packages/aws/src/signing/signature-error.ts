/** What is wrong with a request's signature: each service says it in words of its own. */
export type SignatureProblem =
  | {
      readonly kind: 'incomplete';
      readonly problems: string;
      readonly authorization: string;
      readonly missing: readonly string[];
    }
  | { readonly kind: 'noEqualSign'; readonly part: string; readonly authorization: string }
  | { readonly kind: 'incompleteQuery'; readonly problems: string }
  | { readonly kind: 'unknownAlgorithm'; readonly algorithm: string }
  | { readonly kind: 'badDate'; readonly date: string }
  | { readonly kind: 'badCredential'; readonly credential: string }
  | { readonly kind: 'badTerminator'; readonly terminator: string }
  /** `20261129`, and the date that the request was signed at. */
  | { readonly kind: 'otherDay'; readonly day: string; readonly signedAt: string }
  | {
      readonly kind: 'otherScope';
      readonly what: 'region' | 'service';
      readonly given: string;
      readonly wanted: string;
    }
  | { readonly kind: 'unknownKey'; readonly accessKeyId: string }
  | { readonly kind: 'badToken'; readonly token: string }
  | { readonly kind: 'expiredToken'; readonly token: string }
  /** Milliseconds since the epoch; `now` by the signer's clock. */
  | { readonly kind: 'skewed'; readonly signedAt: string; readonly now: number }
  | { readonly kind: 'badExpires'; readonly problem: string }
  | { readonly kind: 'expiredUrl'; readonly expires: number; readonly expiry: number; readonly now: number }
  | { readonly kind: 'notYetValid'; readonly signedAt: string }
  | { readonly kind: 'unsignedHost' }
  | { readonly kind: 'unsignedHeaders'; readonly names: readonly string[] }
  | { readonly kind: 'noPayloadHash' }
  | { readonly kind: 'badPayloadHash'; readonly hash: string }
  | {
      readonly kind: 'mismatch';
      readonly accessKeyId: string;
      readonly provided: string;
      readonly stringToSign: string;
      readonly canonicalRequest?: string;
    };

/** A signature that does not count. */
export class SignatureError extends Error {
  constructor(readonly problem: SignatureProblem) {
    super(`signature: ${problem.kind}`);
  }
}
