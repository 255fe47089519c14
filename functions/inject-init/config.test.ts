import t from 'tap'
import type { Value } from '../yaml/value.ts'
import { parseInjectConfig } from './config.ts'

const problemsOf = (spec: Readonly<Record<string, Value>>) =>
  parseInjectConfig({ given: Object.entries(spec).map(([name, value]) => ({ name, value })) }).problems

const noPath = 'must be an absolute path without ":", "$" and a slash at the end'
const inside = 'option secretMountPath and option annotationsMountPath must not be one inside the other'
const refused: readonly (readonly [
  title: string,
  spec: Readonly<Record<string, Value>>,
  ...problems: string[],
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
    'option containerName "Init" must be a DNS label: at most 63 lower-case letters, digits and "-", not beginning or ending with "-"',
  ],
  [
    'root, which Pod Security "restricted" refuses',
    { runAsUser: '0' },
    'option runAsUser 0 must be a whole number from 1 to 2147483647, or ""',
  ],
  [
    'thousandths of a byte',
    { sizeLimit: '16m' },
    'option sizeLimit "16m" must be a whole number of bytes: did you mean 16Mi?',
  ],
  [
    'a format',
    { format: 'toml' },
    'option format "toml" must be one of "properties", "dotenv", "json", "yaml", "files"',
  ],
  [
    'a policy of pulling',
    { imagePullPolicy: 'always' },
    'option imagePullPolicy "always" must be one of "", "Always", "IfNotPresent", "Never"',
  ],
  ['a switch that is not true or false', { strict: 'yes' }, 'option strict "yes" must be true or false'],
  [
    'resources, all at once',
    { containerResources: { requests: { cpu: '2' }, limits: { cpu: '1', memory: 'much' } } },
    'option containerResources .limits.memory "much" must be a quantity such as 16Mi; .requests.cpu "2" must not be more than .limits.cpu "1"',
  ],
]
for (const [title, spec, ...problems] of refused) t.strictSame(problemsOf(spec), problems, title)

t.strictSame(
  problemsOf({ secretMountPath: '/secrets', annotationsMountPath: '/secrets-meta' }),
  [],
  'names that begin alike',
)
