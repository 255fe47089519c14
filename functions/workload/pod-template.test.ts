import t from 'tap'
import { itemsUnder } from '../krm/manifest-item.ts'
import { parseSource } from '../yaml/parse.ts'
import { podTemplatesOf } from './pod-template.ts'

function diagnosticsOf(annotations: string): string[] {
  const [document] =
    parseSource(`apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n${annotations}`).value ?? []
  const items = document ? itemsUnder(document, document.root) : []
  return items
    .flatMap((item) => podTemplatesOf(item, 'bsycorp.com', []))
    .flatMap(({ diagnostics }) => diagnostics.map(({ annotation, message }) => `${annotation}: ${message}`))
}

const ours = '    secret.bsycorp.com/a: kind=REFERENCE,type=PASSWORD\n'
const other = (bytes: number) => `    example.com/x: ${'x'.repeat(bytes)}\n`
const rest = 'secret.bsycorp.com/akind=REFERENCE,type=PASSWORDexample.com/x'.length

t.strictSame(
  diagnosticsOf(ours + other(256 * 1024 - rest)),
  [],
  'as many annotations as the API server accepts',
)
t.strictSame(
  diagnosticsOf(ours + other(256 * 1024 - rest + 1)),
  ['secret.bsycorp.com/a: all annotations of the pod have 262145 bytes, and the API server accepts 262144'],
  'a byte more',
)
t.strictSame(diagnosticsOf(other(300_000)), [], 'what declares nothing is left to the API server')
t.strictSame(diagnosticsOf('    secret.bsycorp.com/a: yes\n'), [
  'secret.bsycorp.com/a: the value must be a string',
])
