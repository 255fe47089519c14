import t from 'tap'
import { findInjection } from './find-injection.ts'
import { itemsUnder } from '../krm/manifest-item.ts'
import { podTemplatesOf } from './pod-template.ts'
import { parseSource } from '../yaml/parse.ts'

const annotations = { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }
const volumes = [
  { name: 's', emptyDir: {} },
  { name: 'a', downwardAPI: { items: [annotations] } },
]
const mounts = (secret: string, file: string) => [
  { name: 's', mountPath: secret },
  { name: 'a', mountPath: file },
]
const init = { name: 'init', volumeMounts: mounts('/secret', '/annotations') }
const app = { name: 'app', volumeMounts: [{ name: 's', mountPath: '/secret' }] }
const sidecar = { ...init, name: 'refresh', args: ['--refresh', '5m'], restartPolicy: 'Always' }
const withEnv = { ...init, volumeMounts: [...init.volumeMounts, { name: 'e', mountPath: '/env' }] }
const variable = (name: string) => ({
  name,
  valueFrom: { fileKeyRef: { volumeName: 'e', path: 'env', key: `secret.${name}` } },
})
const elsewhere = {
  name: 'init',
  env: [
    { name: 'ANNOTATIONS_FILE', value: '/pod/annotations' },
    { name: 'SECRETS_FILE', value: '/run/secret/secret' },
  ],
  volumeMounts: mounts('/run/secret', '/pod'),
}
const found = { container: 'init', volumes: ['s', 'a'], mounts: ['app'], containers: ['app'] }

const rows: readonly (readonly [title: string, spec: object, found: object | undefined])[] = [
  ['as the first kees left it', { initContainers: [init], containers: [app], volumes }, found],
  [
    'a container that does not mount the secrets is left out, such as that of a mesh',
    { initContainers: [{ name: 'first' }, init], containers: [app, { name: 'proxy' }], volumes },
    found,
  ],
  [
    'with the sidecar',
    { initContainers: [init, sidecar], containers: [app], volumes },
    { ...found, refresher: 'refresh' },
  ],
  [
    'with its paths for reading and writing',
    { initContainers: [elsewhere], containers: [{ name: 'x' }], volumes },
    { ...found, mounts: [], containers: [] },
  ],
  ['nothing', { containers: [app], volumes }, undefined],
  [
    'an init container that would not find the annotations where it looks',
    { initContainers: [{ ...init, volumeMounts: mounts('/secret', '/pod') }], containers: [app], volumes },
    undefined,
  ],
  [
    'one that would write elsewhere',
    { initContainers: [{ ...init, volumeMounts: mounts('/x', '/annotations') }], containers: [app], volumes },
    undefined,
  ],
  [
    'one that sees the labels',
    {
      initContainers: [init],
      containers: [app],
      volumes: [
        volumes[0],
        {
          name: 'a',
          downwardAPI: { items: [{ ...annotations, fieldRef: { fieldPath: 'metadata.labels' } }] },
        },
      ],
    },
    undefined,
  ],
  [
    'with environment variables',
    {
      initContainers: [withEnv],
      containers: [{ ...app, env: [variable('A'), { name: 'B', value: 'x' }] }, { name: 'none' }],
      volumes: [...volumes, { name: 'e', emptyDir: {} }],
    },
    { ...found, volumes: ['s', 'a', 'e'], env: { app: ['A'] } },
  ],
  [
    'another volume where that of the variables would be',
    { initContainers: [withEnv], containers: [app], volumes: [...volumes, { name: 'e', emptyDir: {} }] },
    found,
  ],
  ['the sidecar alone', { initContainers: [sidecar], containers: [app], volumes }, undefined],
]

function findIn(metadata: object, spec: object) {
  const [document] =
    parseSource(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec })).value ?? []
  const [item] = document ? itemsUnder(document, document.root) : []
  const [template] = item ? podTemplatesOf(item, 'bsycorp.com', []) : []
  return item && template && findInjection(item, template)
}

for (const [title, spec, expected] of rows) {
  t.test(`without a record: ${title}`, async (t) => t.strictSame(findIn({ name: 'app' }, spec), expected))
}

t.test('a record wins over what is found', async (t) => {
  const record = { container: 'other', volumes: ['x', 'y'], mounts: [] }
  const annotated = { 'kees.bsycorp.com/injected': JSON.stringify(record) }
  const spec = { initContainers: [init], containers: [app], volumes }
  t.strictSame(findIn({ name: 'app', annotations: annotated }, spec), record)
})
