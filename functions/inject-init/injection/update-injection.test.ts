/** Injecting a pod again with another configuration, in every style of manifest. */
import { isMap } from '../../../api/json.ts'
import fc from 'fast-check'
import t from 'tap'
import { runs } from '../../../api/test-effort.ts'
import { parse } from 'yaml'
import { configOf, everyConfig, ofKubelet, someConfig } from '../arbitrary-config.ts'
import { print, shapedWorkload, style } from '../arbitrary-manifest.ts'
import { parseInjectConfig } from '../options/config.ts'
import { injectText, undeclare } from '../fixtures.ts'

/** The meaning of a manifest: lists whose order has no meaning are sorted by name. */
function meaning(text: string, dropped: readonly string[] = []): string {
  return JSON.stringify(parse(text), (key, value: unknown) => {
    if (!['env', 'volumes', 'volumeMounts'].includes(key) || !Array.isArray(value)) {
      const full = key === 'resources' && isMap(value) ? withRequests(value) : value
      return isMap(full) ? Object.fromEntries(Object.entries(full).toSorted(byFirst)) : full
    }
    const named = value
      .filter(isMap)
      .map((one) => [JSON.stringify([one['name'], one['mountPath']]), one] as const)
    const kept =
      key === 'env' ? named.filter(([, one]) => !dropped.some((name) => name === one['name'])) : named
    return kept.toSorted(byFirst).map(([, one]) => one)
  })
}

/** To Kubernetes, a limit is also the request. */
function withRequests({ requests, limits }: Record<string, unknown>): Record<string, unknown> {
  return { limits, requests: { ...Object(limits), ...Object(requests) } }
}

const byFirst = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1)

await t.test(
  'a configuration that sets every option replaces an earlier one, and injecting again changes nothing',
  async (t) => {
    fc.assert(
      fc.property(shapedWorkload, style, someConfig, everyConfig, (manifest, printed, a, b) => {
        const source = print(manifest, printed)
        const before = configOf(a.given, manifest, a.chosen)
        const after = configOf(b.given, manifest, b.chosen)
        const fresh = injectText(source, after)
        const updated = injectText(injectText(source, before), after)
        const names = b.given.env.map(({ name }) => name)
        const left = (a.given.env ?? [])
          .map(({ name }) => name)
          .filter((name) => !names.some((one) => one === name))
        t.equal(meaning(updated, left), meaning(fresh, left), 'as if injected at once')
        t.equal(injectText(updated, after), updated, 'a second time it changes nothing')
        t.equal(injectText(undeclare(updated), after), undeclare(source), 'it can be removed')
      }),
      runs(80),
    )
  },
)

await t.test('a configuration without options does not change an earlier injection', async () => {
  const { config: nothing } = parseInjectConfig({ given: [ofKubelet] })
  fc.assert(
    fc.property(shapedWorkload, style, someConfig, (manifest, printed, { given, chosen }) => {
      const injected = injectText(print(manifest, printed), configOf(given, manifest, chosen))
      return injectText(injected, nothing) === injected
    }),
    runs(50),
  )
})
