import t from 'tap'
import { brokenInvariant } from './invariants.ts'
import type { KrmFunction } from './krm-function.ts'
import { injectInit } from '../inject-init/inject-init.ts'

const list =
  'apiVersion: config.kubernetes.io/v1\nkind: ResourceList\nitems:\n- apiVersion: v1\n  kind: Pod\n'
const broken = (begin: KrmFunction['begin'], patience?: number) =>
  brokenInvariant({ ...injectInit, begin }, list, patience)

t.test('a violated invariant is found', async (t) => {
  t.equal(brokenInvariant(injectInit, list), undefined)
  t.match(
    broken(() => {
      for (;;);
    }, 50),
    /no answer/,
  )
  t.throws(
    () =>
      broken(() => {
        throw new Error('a bug')
      }),
    /a bug/,
  )
})
