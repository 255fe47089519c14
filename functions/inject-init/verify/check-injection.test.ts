import t from 'tap'
import { checkInjection } from './check-injection.ts'
import { parseInjectConfig } from '../options/config.ts'
import { injectText, itemsIn, secretMount as mount, twoContainers as source } from '../fixtures.ts'
import { injectItems } from '../inject-init.ts'

const set = (options: object) => {
  const given = Object.entries(options).map(([name, value]) => ({ name, value }))
  return parseInjectConfig({ given }).config
}
const injected = injectText(source, set({}))
const guaranteedSource = source.replaceAll(
  /name: (app|proxy)\n(?= *-|$)/g,
  '$&          resources: {limits: {cpu: "1", memory: 1Gi}}\n',
)
const elsewhere = injectText(source, set({ secretMountPath: '/run/secret', format: 'yaml', refresh: '5m' }))
const spec = 'spec.template.spec'
const init = `${spec}.initContainers[init-container]`
const sidecar = `${spec}.initContainers[refresh-container]`
const byAnnotation = 'annotation init.bsycorp.com/format'
type Row = readonly [title: string, text: string, options: object, ...messages: string[]]
const rows: readonly Row[] = [
  ['no injection', source, {}, 'is annotated but not injected'],
  [
    'a missing mount',
    injected.replace(mount, ''),
    {},
    `${spec}.containers[app].volumeMounts[/secret]: missing`,
  ],
  [
    'two missing mounts',
    injected.replaceAll(mount, ''),
    {},
    `${spec}.containers[app].volumeMounts[/secret]: missing`,
    `${spec}.containers[proxy].volumeMounts[/secret]: missing`,
  ],
  [
    'a format',
    injected.replace('# more', 'init.bsycorp.com/format: json'),
    {},
    `${init}.env[FORMAT]: missing, expected "json" (${byAnnotation})`,
  ],
  [
    'another format, of the sidecar too',
    elsewhere.replace('# more', 'init.bsycorp.com/format: json'),
    {},
    `${init}.env[FORMAT]: is "yaml", expected "json" (${byAnnotation})`,
    `${sidecar}.env[FORMAT]: is "yaml", expected "json" (${byAnnotation})`,
  ],
  [
    'a format of an option',
    elsewhere,
    { format: 'json' },
    `${init}.env[FORMAT]: is "yaml", expected "json" (option format)`,
    `${sidecar}.env[FORMAT]: is "yaml", expected "json" (option format)`,
  ],
  [
    'an image, a user and a limit',
    injected,
    { image: 'example/init:2', sizeLimit: '1Mi', runAsUser: 1000 },
    `${init}.image: is "bsycorp/kees/init:latest", expected "example/init:2" (option image)`,
    `${init}.securityContext.runAsUser: is 65532, expected 1000 (option runAsUser)`,
    `${spec}.volumes[secret-volume].emptyDir.sizeLimit: is "16Mi", expected "1Mi" (option sizeLimit)`,
  ],
  [
    'resources',
    injected,
    { containerResources: { limits: { cpu: '1000m', memory: '1Gi' } } },
    `${init}.resources.limits.memory: is "128Mi", expected "1Gi" (option containerResources)`,
    `${init}.resources.requests: must not be set (option containerResources)`,
  ],
  [
    'the requests of QoS class Guaranteed',
    injectText(guaranteedSource, set({})),
    { keepQosClass: true },
    `${init}.resources.requests.cpu: is "50m", expected "1" (option keepQosClass)`,
    `${init}.resources.requests.memory: is "64Mi", expected "128Mi" (option keepQosClass)`,
  ],
  [
    'names',
    injected,
    { containerName: 'fetch', annotationsVolumeName: 'pod' },
    `${init}.name: is "init-container", expected "fetch" (option containerName)`,
    `${init}.volumeMounts[/annotations].name: is "annotations", expected "pod" (option annotationsVolumeName)`,
    `${spec}.volumes[annotations].name: is "annotations", expected "pod" (option annotationsVolumeName)`,
  ],
  [
    'a mount path',
    injected.replace(/ +- name: proxy\n(.*\n){4}/, ''),
    { secretMountPath: '/run/secret' },
    `${init}.env[SECRETS_FILE]: missing, expected "/run/secret/secret" (option secretMountPath)`,
    `${init}.env[RESOURCES_FILE]: missing, expected "/run/secret/resource" (option secretMountPath)`,
    `${init}.volumeMounts[/run/secret]: missing`,
    `${init}.volumeMounts[/secret]: unexpected`,
    `${spec}.containers[app].volumeMounts[/run/secret]: missing`,
    `${spec}.containers[app].volumeMounts[/secret]: unexpected`,
  ],
  [
    'a variable of the user',
    injected,
    { env: [{ name: 'TOKEN', value: 'hunter2' }] },
    `${init}.env[TOKEN]: missing (option env)`,
  ],
  [
    'another value of it',
    injectText(source, set({ env: [{ name: 'TOKEN', value: 'hunter2-old' }] })),
    { env: [{ name: 'TOKEN', value: 'hunter2' }] },
    `${init}.env[TOKEN]: differs from what inject-init would generate (option env)`,
  ],
  [
    'a value in the place of ours',
    elsewhere.replace('value: /run/secret/secret', 'value: hunter2'),
    {},
    `${init}.env[SECRETS_FILE]: expected "/run/secret/secret"`,
  ],
  [
    'a value that is no format',
    elsewhere.replace('value: yaml', 'value: hunter2'),
    { format: 'yaml' },
    `${init}.env[FORMAT]: expected "yaml" (option format)`,
  ],
  ['a sidecar', injected, { refresh: '5m' }, `${sidecar}: missing (option refresh)`],
  [
    'arguments of the sidecar',
    elsewhere,
    { refresh: '1m' },
    `${sidecar}.args: differs from what inject-init would generate (option refresh)`,
  ],
  ['no sidecar', elsewhere, { refresh: '' }, `${sidecar}: unexpected sidecar (option refresh)`],
  [
    'chosen containers',
    injected.replace('# more', 'init.bsycorp.com/containers: app'),
    {},
    `${spec}.containers[proxy].volumeMounts[/secret]: unexpected (annotation init.bsycorp.com/containers)`,
  ],
  [
    'containers that an option chooses',
    injected,
    { containers: ['app'] },
    `${spec}.containers[proxy].volumeMounts[/secret]: unexpected (option containers)`,
  ],
  [
    'a missing volume',
    injected.replace(/        - name: secret-volume\n.*\n.*\n.*\n/, ''),
    {},
    `${spec}.volumes[secret-volume]: missing`,
  ],
  [
    'a volume of another type',
    injected.replace(/emptyDir:\n.*\n.*\n/, 'hostPath: {path: /hunter2}\n'),
    {},
    `${spec}.volumes[secret-volume].emptyDir: missing`,
    `${spec}.volumes[secret-volume].hostPath: must not be set`,
  ],
  [
    'a mount of a subfolder',
    injected.replace('mountPath: /secret\n', 'mountPath: /secret\n              subPath: hunter2\n'),
    {},
    `${init}.volumeMounts[/secret].subPath: must not be set`,
  ],
  [
    'a path',
    elsewhere.replace(/ +- name: SECRETS_FILE\n.*\n/, ''),
    {},
    `${init}.env[SECRETS_FILE]: missing, expected "/run/secret/secret"`,
  ],
  [
    'the record',
    injected.replace(/ +annotations:\n +kees.*\n/, ''),
    {},
    'metadata.annotations[kees.bsycorp.com/injected]: out of date',
  ],
  [
    'a variable of the messages',
    injected.replace(/ +- name: POD_NAME\n(.*\n){3}/, ''),
    {},
    `${init}.env[POD_NAME]: missing`,
  ],
  [
    'no declarations',
    injected.replace(/ +secret.bsycorp.com.*\n/, ''),
    {},
    'is injected but declares nothing any more',
  ],
]

for (const [title, text, options, ...messages] of rows) {
  t.test(`each field that differs is reported by its path: ${title}`, async (t) => {
    const { edited } = injectItems(itemsIn(text), set(options))
    const results = edited.flatMap(({ item, edits }) =>
      edits.length > 0 ? checkInjection(item, set(options)) : [],
    )
    t.strictSame(
      results.map(({ subject, message }) => (subject === undefined ? message : `${subject}: ${message}`)),
      messages,
    )
    t.strictSame(
      results.map(({ hint }) => hint !== undefined),
      [...messages.slice(1).map(() => false), true],
      'the last one has a hint',
    )
    t.notMatch(JSON.stringify(results), 'hunter2')
  })
}
