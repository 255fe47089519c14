/**
 * Properties of injection on generated manifests, in every style: block and flow, wide and compact lists, several
 * indentations, comments, blank lines, CRLF, no last line end.
 */
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../api/test-effort.ts'
import { parse, parseAllDocuments } from 'yaml'
import { parseSource } from '../yaml/parse.ts'
import { toValue, type Value } from '../yaml/value.ts'
import { ofKubelet } from './arbitrary-config.ts'
import { delivery, print, shapedWorkload, style, withVoidLists } from './arbitrary-manifest.ts'
import { parseInjectConfig } from './options/config.ts'
import { injectText, undeclare } from './fixtures.ts'

/** @param refresh the option; undefined: not given. */
function inject(text: string, refresh?: string): string {
  const { config } = parseInjectConfig({
    given: [ofKubelet, ...(refresh === undefined ? [] : [{ name: 'refresh', value: refresh }])],
  })
  return injectText(text, config)
}

const manifest = fc.record({ value: shapedWorkload, style, refresh: fc.constantFrom(undefined, '5m') })

t.test('injecting twice gives the same as injecting once', async (t) => {
  fc.assert(
    fc.property(manifest, ({ value, style: printed, refresh }) => {
      const once = inject(print(value, printed), refresh)
      t.ok(once.includes('init-container'))
      return inject(once, refresh) === once
    }),
    runs(60),
  )
})

t.test('without the added lines the output is the source', async () => {
  fc.assert(
    fc.property(manifest, ({ value, style: printed, refresh }) => {
      if (printed.json !== null) return true
      const source = print(value, printed).split(/\r?\n/)
      const lines = inject(print(value, printed), refresh).split(/\r?\n/)
      let position = 0
      for (const line of lines) if (line === source[position]) position++
      return position >= source.length - 1
    }),
    runs(60),
  )
})

t.test('with the declarations gone, un-injecting gives the source back byte for byte', async () => {
  fc.assert(
    fc.property(manifest, ({ value, style: printed, refresh }) => {
      const source = print(value, printed)
      return inject(undeclare(inject(source, refresh)), refresh) === undeclare(source)
    }),
    runs(60),
  )
})

t.test('two YAML libraries see the same values in what was written, and nothing else changed', async () => {
  fc.assert(
    fc.property(manifest, ({ value, style: printed, refresh }) => {
      const text = inject(print(value, printed), refresh)
      const [document] = parseSource(text).value ?? []
      const ours: Value = document ? toValue(document.root) : null
      const [theirs] = parseAllDocuments(text).map((one): unknown => one.toJS())
      return (
        isDeepStrictEqual(JSON.parse(JSON.stringify(ours)), theirs) &&
        isDeepStrictEqual(withoutOurs(theirs), JSON.parse(JSON.stringify(value)))
      )
    }),
    runs(60),
  )
})

t.test(
  'empty lists get items, and are as they were, comments included, when the injection is removed',
  async (t) => {
    fc.assert(
      fc.property(manifest, fc.nat(63), ({ value, style: printed, refresh }, how) => {
        const source = withVoidLists(value, how)
        const text = inject(print(source, printed), refresh)
        t.equal(inject(undeclare(text), refresh), undeclare(print(source, printed)))
        const [{ spec }] = parseAllDocuments(text).map((one) => one.toJS())
        const { initContainers, volumes, containers } = spec.template.spec
        const before = source.spec.template.spec
        return (
          initContainers[0].name === 'init-container' &&
          (refresh === undefined || initContainers[1].name === 'refresh-container') &&
          initContainers.length === (refresh === undefined ? 1 : 2) + (before.initContainers?.length ?? 0) &&
          volumes.length === (text.includes('fileKeyRef') ? 3 : 2) + (before.volumes?.length ?? 0) &&
          containers.every((one: { volumeMounts: unknown[] }) => one.volumeMounts.length > 0) &&
          (!text.includes('fileKeyRef') ||
            containers.every(({ env: [first] }: { env: { name: string }[] }) => first?.name === 'KEES_A')) &&
          inject(text, refresh) === text
        )
      }),
      runs(60),
    )
  },
)

t.test(
  'option refresh can be switched on and off, and without the option the sidecar does not change',
  async () => {
    fc.assert(
      fc.property(manifest, ({ value, style: printed }) => {
        const source = print(value, printed)
        const [without, refreshing] = [inject(source), inject(source, '5m')]
        // In one line of JSON a blank may be elsewhere.
        const same = (a: string, b: string) =>
          a === b || (printed.json !== null && isDeepStrictEqual(parse(a), parse(b)))
        return (
          same(inject(without, '5m'), refreshing) &&
          inject(refreshing, '') === without &&
          inject(refreshing) === refreshing &&
          inject(refreshing, '1h') === inject(source, '1h') &&
          inject(undeclare(refreshing)) === undeclare(source)
        )
      }),
      runs(25),
    )
  },
)

t.test(
  'a value can be delivered in another way and back, and nothing of the other way is left',
  async (t) => {
    const declaration = /kind=REFERENCE,type=PASSWORD[^"']*/
    fc.assert(
      fc.property(manifest, delivery, fc.nat(63), ({ value, style: printed, refresh }, other, how) => {
        const source = print(withVoidLists(value, how), printed)
        const changed = source.replace(declaration, `kind=REFERENCE,type=PASSWORD${other}`)
        const once = inject(source, refresh)
        const there = inject(once.replace(declaration, `kind=REFERENCE,type=PASSWORD${other}`), refresh)
        const [found, wanted] = [there, inject(changed, refresh)].map((text) => withReadRecord(parse(text)))
        t.strictSame(found, wanted, 'as if it had always been delivered so')
        t.equal(inject(there, refresh), there, 'a second time it changes nothing')
        t.equal(inject(undeclare(there), refresh), undeclare(changed), 'it can be removed')
      }),
      runs(60),
    )
  },
)

/** The order of the keys in a record has no meaning. */
function withReadRecord(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(withReadRecord)
  return Object.fromEntries(
    Object.entries(value).map(([key, child]): [string, unknown] => [
      key,
      key === 'kees.bsycorp.com/injected' ? JSON.parse(String(child)) : withReadRecord(child),
    ]),
  )
}

/** Removes by value what injection adds by position. */
function withoutOurs(value: unknown): unknown {
  const isOurs = (one: unknown) =>
    typeof one === 'object' &&
    one !== null &&
    'name' in one &&
    ((one.name === 'init-container' && 'terminationMessagePolicy' in one) ||
      (one.name === 'refresh-container' && 'startupProbe' in one) ||
      (one.name === 'env-volume' && ('emptyDir' in one || 'mountPath' in one)) ||
      (one.name === 'KEES_A' && 'valueFrom' in one) ||
      (one.name === 'secret-volume' && ('readOnly' in one || 'emptyDir' in one)) ||
      (one.name === 'annotations' && 'downwardAPI' in one))
  if (Array.isArray(value)) return value.filter((one) => !isOurs(one)).map(withoutOurs)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).flatMap(([key, child]): [string, unknown][] => {
    if (key === 'kees.bsycorp.com/injected') return []
    const rest = withoutOurs(child)
    const emptied = Array.isArray(rest) && rest.length === 0 && Array.isArray(child) && child.length > 0
    const onlyRecord =
      key === 'annotations' &&
      child !== null &&
      Object.keys(Object(child)).join() === 'kees.bsycorp.com/injected'
    return emptied || onlyRecord ? [] : [[key, rest]]
  })
  return Object.fromEntries(entries)
}
