/**
 * A path that a site can be asked for, whose host stays the one that is asked: it begins with one `/`, and has no white space,
 * control characters (encoded ones neither), backslashes, which URLs take for `/`, or fragment.
 * See https://url.spec.whatwg.org/#path-state and https://www.rfc-editor.org/rfc/rfc3986#section-3.3
 */
export const SITE_PATH =
  /^\/(?!\/)(?:[^\s\p{Cc}#\\%]|%(?:[2-6][\dA-Fa-f]|7[\dA-Ea-e]|[89A-Fa-f][\dA-Fa-f]))*$/u;
