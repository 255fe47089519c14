/** What `kees doctor` checks besides the cluster and the account: the manifests of -f, or a pod with its ServiceAccount. */
import { mapOf } from '../../api/json.ts'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { errorsOf } from '../../functions/krm/result.ts'
import { parseAnswer } from '../cluster/parse-answer.ts'
import type { Cluster } from '../cluster/read-cluster.ts'
import type { Io } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { printResults } from '../print-results.ts'
import { type Manifest, parseManifest, readManifests } from '../read-manifests.ts'
import { type Check, checked, unreadable } from './check.ts'

type Subject =
  | {
      readonly manifests: readonly Manifest[]
      /** As the API server has it. */
      readonly pod?: unknown
      /** About what could not be read. */
      readonly checks: readonly Check[]
      readonly exit?: undefined
    }
  | { readonly exit: ExitCode }

/** @param namespace of the pod; empty: that of the context. A pod that cannot be read is a Failure, printed where all commands print theirs. */
export async function readSubject(
  parsed: ParsedFlags,
  io: Io,
  cluster: Cluster | undefined,
  namespace: string,
): Promise<Subject> {
  const [name] = parsed.operands
  if (name === undefined || cluster === undefined) {
    if (!parsed.values.has('filename')) return { manifests: [], checks: [] }
    const { manifests, results } = await readManifests(parsed, io)
    const exit = printResults(results, io)
    return exit === exitCode.done ? { manifests, checks: [] } : { exit }
  }
  const where = namespace === '' ? [] : ['-n', namespace]
  const text = await cluster('pod', name, ...where, '-o', 'json')
  const { value: manifest, diagnostics = [] } = parseManifest(`pod/${name}`, Buffer.from(text))
  if (!manifest) return { exit: printResults(errorsOf(diagnostics, exitCode.input), io) }
  const pod = parseAnswer(text)
  const account = await readAccount(pod, cluster)
  return { manifests: [manifest, ...account.manifests], pod, checks: account.checks }
}

/** The ServiceAccount may name the role of the pod. */
async function readAccount(
  pod: unknown,
  cluster: Cluster,
): Promise<{ readonly manifests: readonly Manifest[]; readonly checks: readonly Check[] }> {
  const { metadata, spec } = mapOf(pod)
  const { namespace } = mapOf(metadata)
  const { serviceAccountName: name } = mapOf(spec)
  if (typeof namespace !== 'string' || typeof name !== 'string' || name.startsWith('-'))
    return { manifests: [], checks: [] }
  const manifests: Manifest[] = []
  const checks = await checked(
    'role',
    () => cluster('serviceaccount', name, '-n', namespace, '-o', 'json'),
    (text) => {
      const { value } = parseManifest(`serviceaccount/${name}`, Buffer.from(text))
      if (value) manifests.push(value)
      return []
    },
    (failure) =>
      failure.code === 'MISSING'
        ? []
        : unreadable('role', `get serviceaccount ${name} in namespace ${namespace}`)(failure),
  )
  return { manifests, checks }
}
