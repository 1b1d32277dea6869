const TAG =
  /<(?:\?[^>]*\?|!--[\s\S]*?--|!\[CDATA\[[\s\S]*?\]\]|(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+="[^"<]*")*)\s*(\/?))>/y;
const TEXT = /(?:[^<&]|&(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)+/y;

/** Whether a text is XML that any parser takes: one root, whose tags close one another, of characters that XML can hold. */
export function isWellFormedXml(text: string): boolean {
  if (hasForbiddenCharacters(text)) return false;
  const open: string[] = [];
  let roots = 0;
  for (let at = 0; at < text.length; ) {
    const [whole, closing, name, , selfClosing] = matchAt(TAG, text, at) ?? matchAt(TEXT, text, at) ?? [];
    if (!whole) return false;
    at += whole.length;
    if (name === undefined) continue;
    if (closing) {
      if (open.pop() !== name) return false;
    } else {
      if (open.length === 0) roots += 1;
      if (!selfClosing) open.push(name);
    }
  }
  return open.length === 0 && roots === 1;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** https://www.w3.org/TR/xml/#charsets */
function hasForbiddenCharacters(text: string): boolean {
  return !text.isWellFormed() || /[\ufffe\uffff]|(?![\t\n\r\u007f-\u009f])\p{Cc}/u.test(text);
}
