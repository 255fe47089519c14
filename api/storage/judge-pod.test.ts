import t from 'tap'
import { linesOf } from '../diagnostic.ts'
import { parsePodAnnotations } from '../pod/pod-annotations.ts'
import { judgePod } from './judge-pod.ts'
import { parseStoragePolicy } from './storage-policy.ts'

const policyOf = (...rules: readonly object[]) => {
  const { value: policy, diagnostics = [] } = parseStoragePolicy({
    apiVersion: 'kees.bsycorp.com/v1alpha1',
    kind: 'StoragePolicy',
    spec: { rules },
  })
  if (!policy) throw new Error(diagnostics[0]?.message)
  return policy
}
const judged = (rules: readonly object[], namespace?: string, mode = 'true', declares = true) =>
  judgePod(
    policyOf(...rules),
    namespace,
    parsePodAnnotations(
      [
        ['init.bsycorp.com/local-mode', mode],
        ...(declares ? ([['secret.bsycorp.com/a', 'kind=DYNAMIC,type=PASSWORD,size=8']] as const) : []),
      ],
      'bsycorp.com',
    ),
    'set it',
  ).map((one) => `${one.severity} ${one.code} ${one.annotation}: ${linesOf(one).join(', ')}`)

const all = { namespaces: ['*'], prefixes: ['/{namespace}'] }
const preview = { namespaces: ['preview-*'], prefixes: ['/preview'], localMode: true }
const about = 'POLICY init.bsycorp.com/local-mode:'
const refused = `error ${about} local mode is not allowed by the StoragePolicy, hint: remove the annotation; in a cluster without a store, set localMode of the rule to true`

t.strictSame(
  judged([preview, all], 'preview-1'),
  [],
  'allowed; nothing is created, so prefixes and sizes do not count',
)
t.strictSame(judged([preview, all], 'prod'), [refused], 'the rule of the namespace decides')
t.strictSame(judged([all]), [refused], 'a rule for all namespaces needs none')
t.strictSame(judged([{ ...all, localMode: true }]), [])
t.strictSame(
  judged([preview, all]),
  [
    `warning ${about} cannot check whether the StoragePolicy allows local mode: the namespace is unknown, hint: set it`,
  ],
  'which rule counts is not known',
)
t.strictSame(judged([preview], 'prod'), [
  `error ${about} no rule of the StoragePolicy matches the namespace prod`,
])
t.strictSame(judged([all], 'prod', 'true', false), [], 'without declarations it has no effect')
t.match(
  judged([all], 'prod', 'false'),
  [/^error POLICY secret.bsycorp.com\/a: /, /size 8/],
  'without local mode',
)
