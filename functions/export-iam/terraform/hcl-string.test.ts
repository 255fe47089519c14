import t from 'tap'
import { formatHclString } from './hcl-string.ts'

// What terraform reads back from such texts is in test/iam/terraform-module.test.ts.
const cases = [
  ['plain text stands between quotes', 'cluster-app-role', '"cluster-app-role"'],
  ['an interpolation is escaped', '${var.x}', '"$${var.x}"'],
  ['an escaped interpolation is escaped once more', '$${var.x}', '"$$${var.x}"'],
  ['a directive is escaped', '%{if}', '"%%{if}"'],
  ['a lone dollar or percent is left alone', '$5 100% $', '"$5 100% $"'],
  ['quotes and backslashes are escaped', 'a"b\\c', '"a\\"b\\\\c"'],
  ['a backslash does not undo an escape', '\\${x}', '"\\\\$${x}"'],
  ['line ends and tabs are escaped', 'a\r\n\tb', '"a\\r\\n\\tb"'],
  ['controls are escaped', '\u0000\u007f\u2028', '"\\u0000\\u007f\\u2028"'],
  ['marks that turn the direction of text are escaped', 'a\u202eb\u{e0001}', '"a\\u202eb\\U000e0001"'],
  ['other letters stand for themselves', 'é☃😀', '"é☃😀"'],
] as const
for (const [title, text, hcl] of cases) t.equal(formatHclString(text), hcl, title)

// A text with a letter that is not in ASCII is always looked at character by character.
const ascii = Array.from({ length: 128 }, (_, code) => `a${String.fromCharCode(code)}b`)
t.strictSame(
  ascii.map((text) => formatHclString(text)),
  ascii.map((text) => formatHclString(`é${text}`).replace('é', '')),
  'plain texts are printed as others are',
)
