/** Pods without injection, at the bounds of api/bounds.ts, with what costs the policy that injects them most. */
import { bounds } from '../../api/bounds.ts'
import { isLong } from '../programs/long.ts'
import type { Json } from './hostile-pods.ts'

type Annotations = Readonly<Record<string, string>>

type LargePod = { readonly title: string; readonly pod: Json; readonly refused?: RegExp }

const many = <T>(count: number, of: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => of(index))

const variables = (count: number, more = ''): Annotations =>
  Object.fromEntries(many(count, (index) => [`resource.bsycorp.com/k${index}`, `env=V${index}${more}`]))

/** With values as large as they may be, which look like variables. */
function filled(annotations: Annotations, value: string): Annotations {
  const sizeOf = (key: string, text: string) => key.length + text.length
  const filling: [string, string][] = []
  let left = Object.entries(annotations).reduce(
    (rest, [key, text]) => rest - sizeOf(key, text),
    bounds.podBytes,
  )
  for (let index = 0; left > bounds.annotationBytes + 100; index++) {
    const key = `secret.bsycorp.com/filling-${index}`
    const text = 'kind=REFERENCE,type=PASSWORD,'.padEnd(bounds.annotationBytes, value)
    filling.push([key, text])
    left -= sizeOf(key, text)
  }
  return { ...annotations, ...Object.fromEntries(filling) }
}

/** Up to what Kubernetes allows for all annotations of an object. */
const withOthers = (ours: Annotations): Annotations => ({
  ...ours,
  ...Object.fromEntries(many(200, (index) => [`example.com/other-${index}`, 'x'.repeat(900)])),
})

const volumes = many(50, (index) => ({
  name: `volume-${index}`,
  nfs: { server: 'nfs.example.com', path: '/' },
}))
const volumeMounts = volumes.map(({ name }, index) => ({ name, mountPath: `/data/a/b/c/d/${index}` }))

function pod(annotations: Annotations, containers: number, more: Json = {}): Json {
  const resources = { limits: { cpu: '1', memory: '1Gi' } }
  const container = (index: number) => ({
    name: `app-${index}`,
    image: 'example/app:1',
    resources,
    volumeMounts,
    ...more,
  })
  const spec = { containers: many(containers, container), volumes }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'app', annotations: withOthers(annotations) },
    spec,
  }
}

const env = (count: number) => many(count, (index) => ({ name: `OWN_${index}`, value: 'x' }))

/** Optional values, in compositions with as many references as are allowed. */
const composed: Annotations = {
  ...Object.fromEntries(
    many(400, (index) => [`secret.bsycorp.com/s${index}`, 'kind=REFERENCE,type=TEXT,optional=true']),
  ),
  ...Object.fromEntries(
    many(70, (index) => {
      const references = many(bounds.references, (at) => `$(s${(index + at) % 99})`).join('')
      return [`compose.bsycorp.com/c${index}`, `env=C${index},text=${references}`]
    }),
  ),
}

const always: readonly LargePod[] = [
  {
    title: 'as many variables as declarations',
    pod: pod(filled(variables(1010), 'x=env=,'), 2, { env: env(20) }),
  },
  {
    title: 'more variables in all containers than can be added',
    pod: pod(variables(bounds.declarations), 17),
    refused: /more environment variables of kees than the API server can add/,
  },
]

const long: readonly LargePod[] = [
  { title: 'as many variables as can be added', pod: pod(variables(bounds.declarations), 16) },
  { title: 'many attributes', pod: pod(variables(680, ',aa=1'.repeat(11)), 16, { env: env(5) }) },
  { title: 'commas and equals signs', pod: pod(filled(variables(1010), 'a=,'), 2) },
  { title: 'many compositions of optional values', pod: pod(composed, 50) },
  { title: 'many containers with many mounts', pod: pod(variables(20), 200) },
  {
    title: 'more variables of its own than can be compared',
    pod: pod(variables(bounds.declarations), 16, { env: env(5) }),
    refused: /more environment variables than the API server can compare/,
  },
]

export function largeUninjectedPods(): readonly LargePod[] {
  return isLong ? [...always, ...long] : always
}
