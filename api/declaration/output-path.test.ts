import t from 'tap'
import { parseOutputPath } from './output-path.ts'

for (const path of ['a', 'tls/key.pem', 'a b', '.a', 'a..b', 'ä/ö', 'x'.repeat(255)])
  t.strictSame(parseOutputPath(path), { value: path }, `${path.slice(0, 20)} is a path`)

const refused: readonly (readonly [path: string, message: string])[] = [
  ['', 'is empty'],
  ['/a', 'must not start with a slash'],
  ['a/', 'segment 2 is empty'],
  ['a//b', 'segment 2 is empty'],
  ['.', 'is ".", or begins with "..", which init uses itself'],
  ['a/./b', 'segment 2 is ".", or begins with "..", which init uses itself'],
  ['../a', 'segment 1 is ".", or begins with "..", which init uses itself'],
  ['..data', 'is ".", or begins with "..", which init uses itself'],
  ['a/..data', 'segment 2 is ".", or begins with "..", which init uses itself'],
  ['a\nb', 'has control characters'],
  ['a\0', 'has control characters'],
  ['\ud800', 'has control characters'],
  ['x'.repeat(256), 'is longer than 255 bytes'],
  [`a/${'ä'.repeat(128)}`, 'segment 2 is longer than 255 bytes'],
  [Array.from({ length: 33 }, () => 'a').join('/'), 'has more than 32 segments'],
  [Array.from({ length: 32 }, () => 'a'.repeat(32)).join('/'), 'is longer than 1024 bytes'],
]
for (const [path, message] of refused)
  t.match(parseOutputPath(path).diagnostics, [{ message }], `refused: ${JSON.stringify(path.slice(0, 20))}`)
