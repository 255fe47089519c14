/** Pods at the bounds of api/bounds.ts, and just above them. */
import { bounds } from '../../api/bounds.ts'
import { changed, type Change, injectedPod, type Json } from './hostile-pods.ts'

type Annotations = Readonly<Record<string, string>>

const reference = 'kind=REFERENCE,type=PASSWORD'
const padded = (bytes: number) => `${reference},x=`.padEnd(bytes, 'x')

/** @returns so many declarations with so many bytes, most of which are in their values where that is necessary. */
function declarations(count: number, bytes: number): Annotations {
  const annotations = new Map<string, string>()
  let left = bytes
  for (let index = count; index > 0; index--) {
    const key = `secret.bsycorp.com/key-${String(index).padStart(4, '0')}`
    const room = left - key.length - (index - 1) * (key.length + reference.length)
    const value = room - reference.length > 3 ? padded(Math.min(room, bounds.annotationBytes)) : reference
    annotations.set(key, value)
    left -= key.length + value.length
  }
  if (left !== 0) throw new Error(`${left} bytes are left`)
  return Object.fromEntries(annotations)
}

/** Up to the 256 KiB that Kubernetes allows for all annotations of an object. */
function withOthers(ours: Annotations): Annotations {
  const total = Object.entries(ours).reduce((sum, [key, value]) => sum + key.length + value.length, 0)
  const size = Math.floor((256 * 1024 - total) / 200)
  const others = Array.from({ length: 200 }, (_, index) => {
    const key = `example.com/other-${String(index).padStart(3, '0')}`
    return [key, 'x'.repeat(size - key.length)]
  })
  return { ...ours, ...Object.fromEntries(others) }
}

/** @returns the title, the object, and what the API server says if it rejects it. */
export function largePods(): readonly (readonly [title: string, pod: Json, refused?: RegExp])[] {
  const injected = injectedPod()
  const pod = (annotations: Annotations, more: readonly Change[] = []) =>
    changed(injected, [['metadata.annotations', annotations], ...more])
  const many = <T>(count: number, of: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => of(index))
  const container = (index: number) => ({
    name: `app-${index}`,
    image: 'example/app:1',
    volumeMounts: [{ name: 'secret-volume', mountPath: '/secret', readOnly: true }],
  })
  const busy: readonly Change[] = [
    ...many(200, (index): Change => [
      'spec.initContainers.0.env.-',
      { name: `VARIABLE_${index}`, value: 'x'.repeat(100) },
    ]),
    ...many(50, (index): Change => ['spec.volumes.-', { name: `volume-${index}`, emptyDir: {} }]),
    ...many(50, (index): Change => [
      'spec.initContainers.0.volumeMounts.-',
      { name: `volume-${index}`, mountPath: `/data/${index}` },
    ]),
    ['spec.containers', many(50, container)],
  ]
  const { podBytes, annotationBytes, declarations: most } = bounds
  const tooLarge = new RegExp(`the annotations of kees on this pod have more than ${podBytes} bytes in total`)
  const tooMany = new RegExp(`more than ${most} declarations on one pod`)
  const dynamic = (count: number) =>
    Object.fromEntries([
      ['init.bsycorp.com/storage-prefix', '/shop'],
      ...many(count, (index) => [`secret.bsycorp.com/k${index}`, 'kind=DYNAMIC,type=RANDOM,size=256']),
    ])
  return [
    ['as much as the bounds allow, in a large pod', pod(withOthers(declarations(most, podBytes)), busy)],
    ['one byte more', pod(declarations(most, podBytes + 1)), tooLarge],
    ['one declaration more', pod(declarations(most + 1, podBytes)), tooMany],
    ['the largest value', pod({ 'secret.bsycorp.com/a': padded(annotationBytes) })],
    [
      'a value of one byte more, in characters of three bytes',
      pod({ 'secret.bsycorp.com/a': '\u20ac'.repeat(annotationBytes / 3 + 1) }),
      new RegExp(`the value of a declaration has more than ${annotationBytes} bytes`),
    ],
    ['4,000 declarations', pod(dynamic(4000)), tooLarge],
    ['250 kB of commas', pod({ 'secret.bsycorp.com/a': ','.repeat(250_000) }), tooLarge],
    [
      '250 kB in a setting',
      pod({ 'secret.bsycorp.com/a': reference, 'init.bsycorp.com/format': 'x'.repeat(250_000) }),
      tooLarge,
    ],
    ['as many DYNAMIC secrets as the StoragePolicy allows', pod(dynamic(50))],
    [
      'one DYNAMIC secret more',
      pod(dynamic(51)),
      /has 51 DYNAMIC declarations, but the StoragePolicy allows 50/,
    ],
  ]
}
