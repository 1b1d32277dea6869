import { isWellFormedXml } from './well-formed';

test.each([
  '<a/>',
  '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="b"><c>d &amp; &#60;</c><c/><e.f></e.f></a>',
  '<a><![CDATA[<]]></a>',
  '<a>\u0085</a>',
])('%j is XML', (text) => {
  expect(isWellFormedXml(text)).toBe(true);
});

test.each([
  '',
  'a',
  '<a>',
  '<a></b>',
  '<a/><b/>',
  '<a>&</a>',
  '<a>&b;</a>',
  '<a b=c/>',
  '<1/>',
  '<a>\u0000</a>',
  '<a>\u001b</a>',
  '<a>\ufffe</a>',
])('%j is none', (text) => {
  expect(isWellFormedXml(text)).toBe(false);
});
