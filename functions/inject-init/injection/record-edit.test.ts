import t from 'tap'
import { injectedAnnotation } from '../../../api/declaration/annotation-domain.ts'
import { workloadReader } from '../../workload/workload.ts'
import { parseInjectConfig } from '../options/config.ts'
import { injectText, itemsIn } from '../fixtures.ts'
import { validateRecordSize } from './record-edit.ts'
import { verifyInjection } from '../verify/verify-injection.ts'

const record = { container: 'init', volumes: ['a', 'b'], mounts: ['app'] }
const text = JSON.stringify(record)
const taken = injectedAnnotation.length + text.length + 'example.com/x'.length

/** What is wrong with an object whose own annotations would have so many bytes with the record. */
function wrongWith(bytes: number, former = ''): readonly string[] {
  const other = `    example.com/x: ${'x'.repeat(bytes - taken)}\n`
  const source = `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\n  annotations:\n${other}${former}`
  return itemsIn(source).flatMap((item) =>
    validateRecordSize(item, new Map([['', record]])).map(({ message }) => message),
  )
}

t.strictSame(wrongWith(262_144), [], 'as many bytes as the API server accepts')
t.strictSame(
  wrongWith(262_145),
  [
    `cannot be injected: its own annotations would have 262145 bytes with the record ${injectedAnnotation} of ${text.length}, and the API server accepts 262144`,
  ],
  'a byte more',
)
t.strictSame(
  wrongWith(262_144, `    ${injectedAnnotation}: '${'y'.repeat(100)}'\n`),
  [],
  'a record that is replaced does not count',
)

t.test('the hint names what is large', async (t) => {
  const hints = (bytes: number, env?: Readonly<Record<string, readonly string[]>>) => {
    const source = `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  annotations: {a: b, x: ${'x'.repeat(bytes)}}\n`
    const records = new Map([['', env ? { ...record, env } : record]])
    return itemsIn(source).flatMap((item) => validateRecordSize(item, records).map(({ hint }) => hint))
  }
  const largest = (bytes: number) => [
    `shorten or remove annotation "x" of ${bytes + 1} bytes; what is large can be in a ConfigMap`,
  ]
  t.strictSame(hints(262_144), largest(262_144), 'an annotation that is not ours')
  t.strictSame(hints(262_144, { app: ['A'] }), largest(262_144), 'also where there are variables')
  t.strictSame(
    hints(1000, { app: Array.from({ length: 40_000 }, (_, index) => `VARIABLE_${index}`) }),
    ['declare fewer environment variables, or name the containers that need them in containers'],
    'many variables',
  )
})

t.test('a record that would be too large is not written, and verify does not require it', async (t) => {
  const { config } = parseInjectConfig({ given: [] })
  const pod = (annotations: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata:\n  name: app\n  annotations:\n${annotations}spec:\n  containers:\n    - name: app\n`
  const ours = '    secret.bsycorp.com/a: kind=REFERENCE,type=PASSWORD\n'
  const large = `${ours}    example.com/x: ${'x'.repeat(262_000)}\n`
  t.throws(() => injectText(pod(large), config), /own annotations would have \d+ bytes/)
  const created = injectText(pod(ours), config)
    .replace(ours, large)
    .replace(/ *kees\.bsycorp\.com\/injected: .*\n/, '')
  const read = itemsIn(created).map((item) => ({ item, workloads: workloadReader(config).read(item) }))
  t.strictSame(verifyInjection(read, config), [])
})
