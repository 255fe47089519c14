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
        ['secret.bsycorp.com/key', 'kind=REFERENCE,type=RSA,as=pem,file=key'],
        ['secret.bsycorp.com/jwk', 'kind=REFERENCE,type=RSA,as=jwk,file=jwk'],
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
  ['dotenv', 'secret', 'kind=REFERENCE,type=RSA,as=pem', 'the text of as=pem contains a line end'],
  ['dotenv', 'secret', 'kind=REFERENCE,type=GPG,as=armor', 'the text of as=armor contains a line end'],
  ['dotenv', 'secret', 'kind=REFERENCE,type=RSA,as=jwk'],
  ['dotenv', 'secret', 'kind=REFERENCE,type=RSA,as=pem,file=k'],
  ['dotenv', 'secret', 'kind=REFERENCE,type=RSA,as=pem,env=K'],
  ['shell', 'secret', 'kind=REFERENCE,type=RSA,as=pem'],
  ['dotenv', 'compose', 'text=$(key)', 'the value of $(key), of the form pem, contains a line end'],
  ['dotenv', 'compose', 'text=$(key:base64)'],
  ['dotenv', 'compose', 'text=$(key:json)'],
  ['dotenv', 'compose', 'encode=base64,text=$(key)'],
  ['dotenv', 'compose', 'env=A,text=$(key)'],
  ['dotenv', 'compose', 'text=$(jwk)'],
  ['shell', 'compose', 'text=a\0b', 'text contains a NUL character'],
  ['shell', 'compose', 'text=a\nb'],
  ['properties', 'compose', 'text=a\nb\0'],
]
for (const [format, key, text, message] of texts) {
  const found = wrongWith(format, key, text)
  t.equal(found.length, message === undefined ? 0 : 1, JSON.stringify([format, text]))
  if (message !== undefined) t.match(found[0], `${key}.bsycorp.com/a BAD_DELIVERY: ${message}`)
}

const binary = (type: string) => `decode=base64 of type ${type} gives bytes that are not text`
for (const [text, message] of [
  ['kind=REFERENCE,type=RSA,decode=base64', binary('RSA')],
  ['kind=REFERENCE,type=RANDOM,decode=base64,env=A', binary('RANDOM')],
  ['kind=REFERENCE,type=GPG,decode=base64', binary('GPG')],
  ['kind=REFERENCE,type=RSA,decode=base64,file=k'],
  ['kind=REFERENCE,type=RSA,decode=base64,as=pem'],
  ['kind=REFERENCE,type=TEXT,decode=base64'],
] as const)
  t.match(
    findDeliveryDiagnostics(
      parsePodAnnotations([['secret.bsycorp.com/a', text]], 'bsycorp.com'),
      'properties',
    ),
    message === undefined ? [] : [{ severity: 'warning', message: new RegExp(`^${message}`), hint: /file/ }],
    text,
  )

const local: readonly (readonly [key: string, text: string, message?: string])[] = [
  ['resource', `localValue=it's,env=T`, 'localValue contains a single quote, which the kubelet cannot read'],
  ['resource', `localValue=it's`],
  ['resource', 'localValue="a\nb"', 'localValue contains a line end'],
  ['resource', 'localValue="a\nb",file=a'],
  [
    'secret',
    'kind=REFERENCE,type=TEXT,localModeValue=/w==',
    'localModeValue is binary, which needs attribute',
  ],
  ['secret', 'kind=REFERENCE,type=TEXT,localModeValue=/w==,env=T', 'localModeValue is binary'],
  ['secret', 'kind=REFERENCE,type=TEXT,localModeValue=/w==,file=a'],
  ['secret', 'kind=REFERENCE,type=TEXT,localModeValue=YQo=', 'localModeValue contains a line end'],
  ['secret', 'kind=REFERENCE,type=RANDOM,localModeValue=/w=='],
  ['secret', 'kind=REFERENCE,type=RSA,localValue="a\nb",as=jwk'],
]
for (const [key, text, message] of local) {
  const judge = (mode: string) =>
    findDeliveryDiagnostics(
      parsePodAnnotations(
        [
          ['init.bsycorp.com/local-mode', mode],
          [`${key}.bsycorp.com/a`, text],
        ],
        'bsycorp.com',
      ),
      'dotenv',
    )
  t.match(
    judge('true').map((one) => `${one.severity} ${one.code} ${one.message}`),
    message === undefined ? [] : [`error BAD_DELIVERY ${message}`],
    text,
  )
  t.equal(judge('true').length, message === undefined ? 0 : 1, text)
  t.strictSame(judge('false'), [], 'outside of local mode it is not used')
}
