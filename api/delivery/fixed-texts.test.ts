import t from 'tap'
import { findDeliveryDiagnostics } from './delivery-diagnostics.ts'
import { parsePodAnnotations } from '../pod/pod-annotations.ts'
import type { SecretsFormat } from '../secrets-format.ts'

const wrongWith = (format: SecretsFormat, key: string, text: string) =>
  findDeliveryDiagnostics(
    parsePodAnnotations(
      [
        [`${key}.bsycorp.com/a`, text],
        ['secret.bsycorp.com/b', 'kind=REFERENCE,type=TEXT,file=b'],
      ],
      'bsycorp.com',
    ),
    format,
  ).map(({ annotation, code, message }) => `${annotation} ${code}: ${message}`)

const texts: readonly (readonly [format: SecretsFormat, key: string, text: string, message?: string])[] = [
  ['dotenv', 'compose', 'text=a\nb', 'text contains a line end'],
  ['dotenv', 'compose', 'text=$(b)\n', 'text contains a line end'],
  ['dotenv', 'resource', 'default="a\nb"', 'default contains a line end'],
  ['dotenv', 'compose', `text='$(b)"`, 'text contains quotes, backslashes'],
  ['dotenv', 'compose', 'text=\\$(b)'],
  ['dotenv', 'compose', `text=it's $(b)`],
  ['dotenv', 'compose', 'encode=base64,text=a\nb'],
  ['dotenv', 'compose', 'file=a,text=a\nb'],
  ['dotenv', 'compose', 'env=A,text=a\nb'],
  ['shell', 'compose', 'text=a\0b', 'text contains a NUL character'],
  ['shell', 'compose', 'text=a\nb'],
  ['properties', 'compose', 'text=a\nb\0'],
]
for (const [format, key, text, message] of texts) {
  const found = wrongWith(format, key, text)
  t.equal(found.length, message === undefined ? 0 : 1, JSON.stringify([format, text]))
  if (message !== undefined) t.match(found[0], `${key}.bsycorp.com/a BAD_DELIVERY: ${message}`)
}
