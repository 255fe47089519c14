import t from 'tap'
import { parsePodAnnotations } from '../../../api/pod/pod-annotations.ts'
import { declaredPaths, outputFolders } from './output-folders.ts'

const settings = {
  secretsFile: '/secret/secret',
  resourcesFile: '/settings/resource',
  envFile: '/env/env',
  format: 'json',
} as const

function pod(...annotations: readonly (readonly [string, string])[]) {
  const { declared, composed, diagnostics } = parsePodAnnotations(annotations, 'bsycorp.com')
  if (diagnostics.length > 0) throw new Error('the test is wrong')
  return [...declared, ...composed]
}

const line = ['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD'] as const
const resource = ['resource.bsycorp.com/b', 'storageKey=b'] as const
const file = ['resource.bsycorp.com/c', 'file=tls/ca.pem'] as const
const env = ['resource.bsycorp.com/d', 'env=D,optional=true'] as const
const part = ['secret.bsycorp.com/e', 'kind=REFERENCE,type=PASSWORD,deliver=none'] as const
const composed = ['compose.bsycorp.com/f', 'text=$(e)'] as const

t.strictSame(
  outputFolders(pod(line, resource, env), settings),
  ['/env', '/secret', '/settings'],
  'variables come first',
)
t.strictSame(outputFolders(pod(file), settings), ['/secret'], 'a file of a resource too is with the secrets')
t.strictSame(outputFolders(pod(part, composed), settings), ['/secret'])
t.strictSame(outputFolders([], settings), [])

const all = pod(line, resource, file, env, part, composed)
t.strictSame(
  [...declaredPaths(all, settings)],
  ['/secret/secret', '/settings/resource', '/secret/tls/ca.pem', '/env/env'],
)
t.strictSame(
  [...declaredPaths(all, { ...settings, format: 'files' })],
  ['/secret/secret/a', '/settings/resource/b', '/secret/tls/ca.pem', '/env/env', '/secret/secret/f'],
  'in the format files each line is a file',
)
