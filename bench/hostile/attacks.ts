/** What a hostile team may do within its own namespaces, whose names begin with `evil`. */
import type { HostilePod } from './api.ts'

export type Attack = {
  readonly name: string
  /** Changes a second. */
  readonly rate: number
  /** The change with this number, from 0. */
  readonly change: (number: number) => { readonly put: HostilePod; readonly remove?: readonly string[] }
  /** Rules of the StoragePolicy before the shipped one, in YAML. */
  readonly rules?: readonly string[]
}

const long = 'p'.repeat(200)
const longPrefix = `/evil/${long}/${long}/${long}/${long}`
const dynamic = (type: string, size: number) => `kind=DYNAMIC,type=${type},size=${size}`
const secrets = (prefix: string, names: readonly string[], value: string) => ({
  'init.bsycorp.com/storage-prefix': prefix,
  ...Object.fromEntries(names.map((name) => [`secret.bsycorp.com/${name}`, value])),
})
const fifty = (start: string, end = '') => Array.from({ length: 50 }, (_, index) => `${start}x${index}${end}`)
const evil = (name: string, annotations: HostilePod['annotations'], more = {}): HostilePod => ({
  namespace: 'evil',
  name,
  annotations,
  more,
})
/** Half of the namespaces ask for keys. The first pods of all come within the first seconds. */
const manyNamespaces = (number: number) => {
  const namespace = `evil-${number % 500}`
  const round = Math.floor(number / 500)
  const value =
    number % 4 === 0 ? dynamic('RSA', 4096) : number % 4 === 1 ? dynamic('RSA', 2048) : dynamic('RANDOM', 256)
  const names = fifty(`r${round}`, number % 4 < 2 ? '_public' : '')
  return { put: { namespace, name: `p${round % 4}`, annotations: secrets(`/${namespace}`, names, value) } }
}

/** About what an API server takes: 0.8 MB, of which the annotations are the least. */
const hugeMetadata = {
  labels: Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`label-${index}`, 'x'.repeat(63)])),
  ownerReferences: Array.from({ length: 1500 }, (_, index) => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `${'x'.repeat(200)}${index}`,
    uid: `${index}`,
    controller: index === 1499,
  })),
}

/** As many as a StoragePolicy may have, each as long as it may be, and slow to compare with a name that is almost the same. */
const slowPatterns = Array.from({ length: 4000 }, (_, index) => `"evil${'*e'.repeat(22)}*${index}-*5"`)

export const attacks: readonly Attack[] = [
  {
    name: 'a pod patched with 256 KiB of commas',
    rate: 10,
    change: (number) => ({ put: evil('p', { 'secret.bsycorp.com/a': `${','.repeat(262_000)}x${number}` }) }),
  },
  {
    name: 'a pod patched with 64 KiB of declarations',
    rate: 30,
    change: (number) => {
      const names = Array.from({ length: 900 }, (_, index) => `a${number}x${index}`)
      return { put: evil('p', secrets('/evil', names, dynamic('RANDOM', 128))) }
    },
  },
  {
    name: 'pods of 50 declarations with long names',
    rate: 100,
    change: (number) => ({
      put: evil(
        `p${number % 6000}`,
        secrets(longPrefix, fifty(`p${number % 6000}`, '_public'), dynamic('RSA', 2048)),
      ),
    }),
  },
  {
    name: 'the same, 20 of them alive at a time',
    rate: 50,
    change: (number) => ({
      put: evil(`p${number}`, secrets(longPrefix, fifty(`p${number}`, '_public'), dynamic('RSA', 2048))),
      remove: [`p${number - 20}`],
    }),
  },
  {
    name: '100 RSA-4096 pairs',
    rate: 1,
    change: (number) => ({
      put: evil(`p${number % 2}`, secrets('/evil', fifty(`p${number % 2}`, '_public'), dynamic('RSA', 4096))),
    }),
  },
  {
    name: 'names that the store denies',
    rate: 20,
    change: (number) => ({
      put: {
        ...evil(`p${number}`, secrets('/evil-denied', fifty(`p${number}`), dynamic('RANDOM', 128))),
        namespace: 'evil-denied',
      },
      remove: [`p${number - 40}`],
    }),
  },
  {
    name: 'pods with very many Events, owners and labels',
    rate: 20,
    change: (number) => ({
      put: evil(
        `p${number % 200}`,
        Object.fromEntries(fifty(`n${number}`).map((name) => [`secret.bsycorp.com/${name}`, 'kind=DYNAMIC'])),
        hugeMetadata,
      ),
    }),
  },
  {
    name: 'a StoragePolicy with 4,000 slow patterns',
    rate: 50,
    rules: [`{namespaces: [${slowPatterns.join(', ')}], prefixes: ["/{namespace}"]}`],
    change: (number) => {
      const namespace = `evil${'e'.repeat(50)}${(number % 500) * 10 + 5}`
      return {
        put: {
          namespace,
          name: `p${number % 1000}`,
          annotations: secrets(`/${namespace}`, fifty(`r${number}`), dynamic('RANDOM', 256)),
        },
      }
    },
  },
  { name: '500 namespaces', rate: 100, change: manyNamespaces },
  {
    name: '500 namespaces of a rule with `shared`',
    rate: 100,
    change: manyNamespaces,
    rules: ['{namespaces: ["evil*"], prefixes: ["/{namespace}"], shared: true}'],
  },
]
