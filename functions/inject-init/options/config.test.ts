import t from 'tap'
import { linesOf } from '../../../api/diagnostic.ts'
import type { Value } from '../../yaml/value.ts'
import { parseInjectConfig } from './config.ts'

const messagesOf = (spec: Readonly<Record<string, Value>>) =>
  parseInjectConfig({
    given: Object.entries(spec).map(([name, value]) => ({ name, value })),
  }).diagnostics.map((one) => linesOf(one).join(', '))

const noPath = 'must be an absolute path without ":", "$" and a slash at the end'
const inside = 'option secretMountPath and option annotationsMountPath must not be inside each other'
const refused: readonly (readonly [
  title: string,
  spec: Readonly<Record<string, Value>>,
  ...messages: string[],
])[] = [
  ['a relative path', { secretMountPath: 'secret' }, `option secretMountPath "secret" ${noPath}`],
  ['a path with a colon', { annotationsMountPath: '/a:b' }, `option annotationsMountPath "/a:b" ${noPath}`],
  [
    'the same path for both',
    { secretMountPath: '/annotations' },
    'option secretMountPath and option annotationsMountPath must differ',
  ],
  [
    'the same path for both, in another notation',
    { secretMountPath: '/x/../annotations' },
    'option secretMountPath and option annotationsMountPath must differ',
  ],
  ['the annotations inside the secrets', { annotationsMountPath: '/secret/annotations' }, inside],
  ['the secrets inside the annotations', { secretMountPath: '/annotations/secret' }, inside],
  [
    'an invalid container name',
    { containerName: 'Init' },
    'option containerName "Init" must be a DNS label: at most 63 lower-case letters, digits and "-", not beginning or ending with "-"',
  ],
  [
    'root, which the Pod Security Standard "restricted" rejects',
    { runAsUser: '0' },
    'option runAsUser 0 must be a whole number from 1 to 2147483647, or ""',
  ],
  [
    'thousandths of a byte',
    { sizeLimit: '16m' },
    'option sizeLimit "16m" must be a whole number of bytes, hint: did you mean "16Mi"?',
  ],
  [
    'an unknown format',
    { format: 'toml' },
    'option format "toml" must be one of "properties", "dotenv", "shell", "json", "yaml", "files"',
  ],
  [
    'an unknown imagePullPolicy',
    { imagePullPolicy: 'always' },
    'option imagePullPolicy "always" must be one of "", "Always", "IfNotPresent", "Never"',
  ],
  ['a boolean that is a string', { strict: 'yes' }, 'option strict "yes" must be true or false'],
  [
    'several errors of the resources',
    { containerResources: { requests: { cpu: '2' }, limits: { cpu: '1', memory: 'much' } } },
    'option containerResources.limits.memory "much" must be a quantity such as 16Mi',
    'option containerResources.requests.cpu "2" must not be more than .limits.cpu "1"',
  ],
  [
    'less memory than init needs to start',
    { containerResources: { limits: { memory: '16Mi' } } },
    'option containerResources.limits.memory "16Mi" is less than init needs, hint: set at least 20Mi',
  ],
  [
    'less memory than the sidecar and its probe need',
    { containerResources: { limits: { memory: 20971520 } }, refresh: '5m' },
    'option containerResources.limits.memory "20971520" is less than init with option refresh needs, hint: set at least 40Mi',
  ],
]
for (const [title, spec, ...messages] of refused) t.strictSame(messagesOf(spec), messages, title)

t.strictSame(
  messagesOf({ containerResources: { requests: { memory: '1Mi' }, limits: { memory: '20Mi' } } }),
  [],
  'the least memory',
)
t.strictSame(
  messagesOf({ secretMountPath: '/secrets', annotationsMountPath: '/secrets-meta' }),
  [],
  'paths that begin with the same name do not overlap',
)
