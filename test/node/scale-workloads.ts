/** The Deployments of the test of simulated scale, and the parameters that they declare. */
import { onFakeNodes } from './fake-nodes.ts'
import { appImage } from './node-images.ts'

/** Roll-outs of a cluster. */
type Scale = {
  /** First: so many templates, each with two values and a key pair, and each with so many pods. */
  readonly templates: number
  readonly replicas: number
  /** They, and afterwards so many Deployments of a pod each, with so many values, are in so many namespaces. */
  readonly namespaces: number
  readonly deployments: number
  readonly secrets: number
  /** At the same time, in one namespace: more parameters than the shipped StoragePolicy allows in an hour. */
  readonly crowd: { readonly deployments: number; readonly secrets: number }
}

/** In a namespace, within an hour: the shipped StoragePolicy. */
export const maxNewPerHour = 200

const scales: Readonly<Record<string, Scale>> = {
  small: {
    templates: 10,
    replicas: 20,
    namespaces: 2,
    deployments: 14,
    secrets: 4,
    crowd: { deployments: 6, secrets: 40 },
  },
  full: {
    templates: 50,
    replicas: 100,
    namespaces: 10,
    deployments: 440,
    secrets: 4,
    crowd: { deployments: 60, secrets: 4 },
  },
}

/** @param name the value of KEES_SCALE. */
export function scaleOf(name: string): Scale {
  const scale = scales[name]
  if (scale === undefined) throw new Error(`KEES_SCALE is "${name}", expected small or full`)
  return scale
}

export type Workloads = { readonly items: readonly object[]; readonly parameters: readonly string[] }

/** With a value that only the creator makes, a random one and a key pair each. */
export function templates({ templates: count, replicas }: Scale, namespaces: readonly string[]): Workloads {
  return join(count, (index) => {
    const namespace = namespaces[index % namespaces.length] ?? ''
    return deployment(`template-${index}`, namespace, replicas, {
      [`token-${index}`]: 'kind=DYNAMIC,type=PASSWORD,size=256',
      [`salt-${index}`]: 'kind=DYNAMIC,type=RANDOM,size=256',
      [`key-${index}_private`]: 'kind=DYNAMIC,type=RSA,size=2048',
      [`key-${index}_public`]: 'kind=DYNAMIC,type=RSA,size=2048',
    })
  })
}

/** Deployments of one pod each. */
export function singles({ deployments, secrets }: Scale['crowd'], namespaces: readonly string[]): Workloads {
  return join(deployments, (index) => {
    const namespace = namespaces[index % namespaces.length] ?? ''
    const names = Array.from({ length: secrets }, (_, one) => `single-${index}-${one}`)
    const declared = names.map((name) => [name, 'kind=DYNAMIC,type=PASSWORD,size=256'])
    return deployment(`single-${index}`, namespace, 1, Object.fromEntries(declared))
  })
}

type One = { readonly item: object; readonly parameters: readonly string[] }

function join(count: number, one: (index: number) => One): Workloads {
  const all = Array.from({ length: count }, (_, index) => one(index))
  return { items: all.map(({ item }) => item), parameters: all.flatMap(({ parameters }) => parameters) }
}

function deployment(
  name: string,
  namespace: string,
  replicas: number,
  secrets: Readonly<Record<string, string>>,
): One {
  const declared = Object.entries(secrets).map(([key, value]) => [`secret.bsycorp.com/${key}`, value])
  const annotations = { 'init.bsycorp.com/storage-prefix': `/${namespace}`, ...Object.fromEntries(declared) }
  const item = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels: { scale: 'yes' } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: { ...onFakeNodes, containers: [{ name: 'app', image: appImage }] },
      },
    },
  }
  return { item, parameters: Object.keys(secrets).map((key) => `/${namespace}/${key}`) }
}
