import t from 'tap'
import { linesOf } from '../../api/diagnostic.ts'
import type { Value } from '../yaml/value.ts'
import { parseInjectConfig } from './config.ts'

const messagesOf = (spec: Readonly<Record<string, Value>>) =>
  parseInjectConfig({
    given: Object.entries(spec).map(([name, value]) => ({ name, value })),
  }).diagnostics.map((one) => linesOf(one).join(', '))

const noPath = 'is not an absolute path without ":", "$" and a slash at the end'
const inside = 'option secretMountPath and option annotationsMountPath must not be one inside the other'
const refused: readonly (readonly [
  title: string,
  spec: Readonly<Record<string, Value>>,
  ...messages: string[],
])[] = [
  ['a relative path', { secretMountPath: 'secret' }, `option secretMountPath "secret" ${noPath}`],
  ['a path with a colon', { annotationsMountPath: '/a:b' }, `option annotationsMountPath "/a:b" ${noPath}`],
  [
    'one path for both',
    { secretMountPath: '/annotations' },
    'option secretMountPath and option annotationsMountPath must differ',
  ],
  [
    'one path for both, written in two ways',
    { secretMountPath: '/x/../annotations' },
    'option secretMountPath and option annotationsMountPath must differ',
  ],
  ['the annotations among the secrets', { annotationsMountPath: '/secret/annotations' }, inside],
  ['the secrets among the annotations', { secretMountPath: '/annotations/secret' }, inside],
  [
    'a name that Kubernetes refuses',
    { containerName: 'Init' },
    'option containerName "Init" is not a valid name: lower-case letters, digits and "-", at most 63',
  ],
  [
    'root, which Pod Security "restricted" refuses',
    { runAsUser: '0' },
    'option runAsUser "0" is neither a user id from 1 nor ""',
  ],
  [
    'thousandths of a byte',
    { sizeLimit: '16m' },
    'option sizeLimit "16m" is not a whole number of bytes, hint: did you mean 16Mi?',
  ],
  [
    'a format',
    { format: 'toml' },
    'option format "toml" is not known: allowed are properties, dotenv, json, yaml, files',
  ],
  [
    'a policy of pulling',
    { imagePullPolicy: 'always' },
    'option imagePullPolicy is "always": allowed are "", "Always", "IfNotPresent", "Never"',
  ],
  ['what is neither true nor false', { strict: 'yes' }, 'option strict "yes" is neither true nor false'],
  [
    'resources, all at once',
    { containerResources: { requests: { cpu: '2' }, limits: { cpu: '1', memory: 'much' } } },
    'option containerResources.limits.memory "much" is not a quantity such as 16Mi',
    'option containerResources.requests.cpu "2" is more than .limits.cpu "1"',
  ],
]
for (const [title, spec, ...messages] of refused) t.strictSame(messagesOf(spec), messages, title)

t.strictSame(
  messagesOf({ secretMountPath: '/secrets', annotationsMountPath: '/secrets-meta' }),
  [],
  'names that begin alike',
)
