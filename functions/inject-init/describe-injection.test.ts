import t from 'tap'
import { parseInjectConfig } from './config.ts'
import { describeInjection } from './describe-injection.ts'
import { injectText, itemsIn, secretMount as mount, twoContainers as source } from './fixtures.ts'
import { injectItems } from './inject-init.ts'

const set = (options: object) => {
  const given = Object.entries(options).map(([name, value]) => ({ name, value }))
  return parseInjectConfig({ given }).config
}
const injected = injectText(source, set({}))
const elsewhere = injectText(source, set({ secretMountPath: '/run/secret', format: 'yaml', refresh: '5m' }))
type Row = readonly [title: string, text: string, options: object, says: string]
const rows: readonly Row[] = [
  ['nothing', source, {}, 'nothing is injected'],
  ['a mount', injected.replace(mount, ''), {}, 'container app does not mount /secret'],
  [
    'two mounts',
    injected.replaceAll(mount, ''),
    {},
    'container app does not mount /secret; container proxy does not mount /secret',
  ],
  [
    'a format',
    injected.replace('# more', 'init.bsycorp.com/format: json'),
    {},
    'init\'s FORMAT is missing, the annotation says "json"',
  ],
  [
    'another format, of the sidecar too',
    elsewhere.replace('# more', 'init.bsycorp.com/format: json'),
    {},
    'init\'s FORMAT is "yaml", the annotation says "json"; refresh-container\'s FORMAT is "yaml", the annotation says "json"',
  ],
  [
    'an image and a limit',
    injected,
    { image: 'example/init:2', sizeLimit: '1Mi', runAsUser: 1000 },
    'init\'s image is "bsycorp/kees/init:latest", option image says "example/init:2"; ' +
      "init's securityContext is not as option runAsUser says; " +
      'secret-volume\'s sizeLimit is "16Mi", option sizeLimit says "1Mi"',
  ],
  [
    'names',
    injected,
    { containerName: 'fetch', annotationsVolumeName: 'pod' },
    'init\'s name is "init-container", option containerName says "fetch"; ' +
      'init does not mount /annotations from the volume pod; ' +
      'a volume\'s name is "annotations", option annotationsVolumeName says "pod"',
  ],
  [
    'a variable of which no value is said',
    injected,
    { env: [{ name: 'TOKEN', value: 'hunter2' }] },
    "init's TOKEN is missing",
  ],
  ['a sidecar', injected, { refresh: '5m' }, 'the sidecar refresh-container is missing'],
  ['no sidecar', elsewhere, { refresh: '' }, 'the sidecar refresh-container is there, and is not to be'],
  [
    'chosen containers',
    injected.replace('# more', 'init.bsycorp.com/containers: app'),
    {},
    'container proxy mounts /secret, and is not to',
  ],
  [
    'a volume',
    injected.replace(/        - name: secret-volume\n.*\n.*\n.*\n/, ''),
    {},
    'the volume secret-volume is missing',
  ],
  [
    'a path',
    elsewhere.replace(/ +- name: SECRETS_FILE\n.*\n/, ''),
    {},
    'init\'s SECRETS_FILE is missing: "/run/secret/secret"',
  ],
  [
    'the record',
    injected.replace(/ +annotations:\n +kees.*\n/, ''),
    {},
    'the annotation kees.bsycorp.com/injected is not up to date',
  ],
  [
    'what is for messages',
    injected.replace(/ +- name: POD_NAME\n(.*\n){3}/, ''),
    {},
    "init's POD_NAME is missing",
  ],
  [
    'declarations',
    injected.replace(/ +secret.bsycorp.com.*\n/, ''),
    {},
    'nothing is declared any more, and what was injected is still there',
  ],
]

for (const [title, text, options, says] of rows) {
  t.test(`what differs is said: ${title}`, async (t) => {
    const { edited } = injectItems(itemsIn(text), set(options))
    const phrases = edited.flatMap(({ item, edits }) =>
      edits.length > 0 ? describeInjection(item, set(options)) : [],
    )
    t.equal(phrases.join('; '), says)
    t.notMatch(phrases.join(), 'hunter2')
  })
}
