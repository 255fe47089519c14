import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import { mapOf } from '../../api/json.ts'
import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import { dnsSubdomainPattern } from '../../functions/workload/dns-subdomain.ts'
import { injectOptions } from '../../functions/inject-init/options/inject-config.ts'
import { type ConfigOf, type OptionUse, parseOptions } from '../../functions/krm/options/options.ts'
import { errorsOf, judge } from '../../functions/krm/result.ts'
import {
  areInLocalMode,
  readsStore,
  readWorkloads,
  type Workload,
} from '../../functions/workload/workload.ts'
import { workloadOptions } from '../../functions/workload/workload-options.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import manifest from '../../package.json' with { type: 'json' }
import { type Cluster, clusterFlags, openCluster } from '../cluster/read-cluster.ts'
import { checkCredentials, checkParameters } from '../doctor/check-aws.ts'
import { checkArgoCd } from '../doctor/check-argo-cd.ts'
import { checkAdmission, checkKubelets, checkVersion } from '../doctor/check-cluster.ts'
import { checkCreator } from '../doctor/check-creator.ts'
import { checkEvents, type PodName } from '../doctor/check-events.ts'
import { checkPod } from '../doctor/check-pod.ts'
import { type Check, error, ok } from '../doctor/check.ts'
import { formatChecks } from '../doctor/format-checks.ts'
import { needsOf } from '../doctor/needs.ts'
import { parseAnswer } from '../cluster/parse-answer.ts'
import { type Command, type Io, isOn, valueOf } from '../flags/command.ts'
import { readSharedFlags, sharedFlags } from '../flags/function-flags.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { outputFlags, readOutput } from '../flags/output-flag.ts'
import { openStoreFlag, storeFlags } from '../flags/store-flag.ts'
import { declarationPlaces } from '../declaration-places.ts'
import { printResults, printUsage, recordAt } from '../print-results.ts'
import { type Manifest, manifestFlags, parseManifest, readManifests } from '../read-manifests.ts'

const options = { ...workloadOptions, minKubelet: injectOptions.minKubelet }
type Config = ConfigOf<typeof options> & Pick<OptionUse, 'nameOption'>

export const doctorCommand: Command = {
  name: 'doctor',
  usage: '[-f FILE | POD] [-n NAMESPACE] [--no-cluster] [--output table|json] [OPTION ...]',
  purpose:
    'Checks the cluster, the creator, your credentials and the store, and shows what to do about each fault.',
  details:
    'It only reads: the cluster by kubectl get, the store without decryption. With -f or POD, it checks what these workloads need too. Exits with the code of the first error; warnings do not count.',
  examples: [
    ['Check a cluster and an account before the first use', 'kees doctor'],
    ['Check what a manifest needs', 'kees doctor -f manifest.yaml'],
    ['Find out why a pod does not start', 'kees doctor orders-5d9c7 -n shop'],
  ],
  flags: {
    ...manifestFlags,
    'no-cluster': { meaning: 'check only AWS and the store' },
    ...clusterFlags,
    ...outputFlags,
    ...sharedFlags(options),
    namespace: {
      short: 'n',
      takes: 'STRING',
      meaning: 'the namespace of POD, and of objects without one (default that of the context)',
    },
    ...storeFlags,
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { diagnostics: flagDiagnostics, ...given } = await readSharedFlags(options, parsed)
  const { config, diagnostics } = parseOptions<ConfigOf<typeof options>>(options, given)
  const output = readOutput(parsed)
  const usage = [...flagDiagnostics, ...diagnostics, ...output.diagnostics, ...wrongOperands(parsed)]
  if (usage.length > 0) return printUsage(usage, io)

  const cluster = isOn(parsed, 'no-cluster') ? undefined : openCluster(io, valueOf(parsed, 'context'))
  const input = await readSubject(parsed, io, cluster, config)
  if (input.exit !== undefined) return input.exit
  const { workloads, results } = readWorkloads(
    input.manifests.flatMap(({ items }) => items),
    config,
  )
  const invalid = printResults(judge(results, config.strict), io, input.manifests)
  const checks = [
    ok('kees', `version ${manifest.version} on Node ${process.versions.node}`),
    ...(await checkCluster(cluster, workloads, config, input.pod)),
    ...(await checkStore(parsed, io, workloads)),
  ]
  io.out(
    output.format(
      checks.map(({ exit: _exit, refs: _refs, ...row }) => row),
      (rows) => formatChecks(rows, io.paint),
    ),
  )
  // The lines are printed above for people.
  const placesOf = declarationPlaces(workloads, input.manifests)
  for (const { status, check, message, hint, exit, refs = [] } of checks) {
    if (status === 'ok') continue
    const about = { severity: status, message: `${check}: ${message}`, exit, parameters: refs }
    recordAt(hint === undefined ? about : { ...about, hint }, refs.flatMap(placesOf), io)
  }
  return firstToMend([invalid, ...checks.filter(isError).map(({ exit }) => exit)])
}

function isError({ status }: Check): boolean {
  return status === 'error'
}

function wrongOperands({ operands, values }: ParsedFlags): Diagnostic[] {
  const [pod, ...more] = operands
  if (more.length > 0)
    return [{ message: `argument ${quote(more[0] ?? '')} is not known`, hint: 'name one pod' }]
  if (pod === undefined) return []
  if (values.has('filename')) return [{ message: 'POD and flag -f exclude each other' }]
  if (values.has('no-cluster')) return [{ message: 'POD and flag --no-cluster exclude each other' }]
  return new RegExp(`^${dnsSubdomainPattern}$`).test(pod)
    ? []
    : [{ message: `${quote(pod)} is not the name of a pod` }]
}

/** The manifests that are checked: those of -f, or the pod. */
type Subject =
  | { readonly manifests: readonly Manifest[]; readonly pod?: unknown; readonly exit?: undefined }
  | { readonly exit: ExitCode }

async function readSubject(
  parsed: ParsedFlags,
  io: Io,
  cluster: Cluster | undefined,
  { namespace }: Config,
): Promise<Subject> {
  const [name] = parsed.operands
  if (name === undefined || cluster === undefined) {
    if (!parsed.values.has('filename')) return { manifests: [] }
    const { manifests, results } = await readManifests(parsed, io)
    const exit = printResults(results, io)
    return exit === exitCode.done ? { manifests } : { exit }
  }
  const where = namespace === '' ? [] : ['-n', namespace]
  // A failure is printed where all commands print theirs.
  const text = await cluster('pod', name, ...where, '-o', 'json')
  const { value: manifestOfPod, diagnostics = [] } = parseManifest(`pod/${name}`, Buffer.from(text))
  if (!manifestOfPod) return { exit: printResults(errorsOf(diagnostics, exitCode.input), io) }
  return { manifests: [manifestOfPod], pod: parseAnswer(text) }
}

async function checkCluster(
  cluster: Cluster | undefined,
  workloads: readonly Workload[],
  config: Config,
  pod: unknown,
): Promise<readonly Check[]> {
  if (!cluster) return []
  const needs = needsOf(workloads, config.minKubelet)
  const version = await checkVersion(cluster, needs)
  // Where the API server does not answer, every other line would repeat it.
  if (version.some(({ exit }) => exit === exitCode.unreachable)) return version
  const wall = { date: Date.now, sleep: clock.sleep }
  const each = await Promise.all([
    checkKubelets(cluster, needs),
    checkAdmission(cluster),
    checkArgoCd(cluster, needs),
    checkCreator(cluster, needs, manifest.version, wall),
    checkEvents(cluster, podName(pod)),
  ])
  return [...version, ...each.flat(), ...(pod === undefined ? [] : checkPod(pod, workloads[0]))]
}

/** Of a pod that the API server returned. */
function podName(pod: unknown): PodName | undefined {
  const { namespace, name } = mapOf(mapOf(pod)['metadata'])
  return typeof namespace === 'string' && typeof name === 'string' ? { namespace, name } : undefined
}

async function checkStore(
  parsed: ParsedFlags,
  io: Io,
  workloads: readonly Workload[],
): Promise<readonly Check[]> {
  if (areInLocalMode(workloads) && valueOf(parsed, 'store') === undefined)
    return [ok('store', 'not needed: the pods are in local mode, which needs no region and no credentials')]
  const opened = await openStoreFlag(parsed, io, 'read')
  if (opened.diagnostics !== undefined)
    return opened.diagnostics.map(({ message, hint = 'correct the variable or the flag' }) =>
      error('store', message, hint, exitCode.usage),
    )
  const declared = workloads.filter(readsStore).flatMap(({ pod }) => pod.declared)
  const account = opened.kind === 'ssm' ? await checkCredentials(await accountOf(io)) : []
  // Without credentials no parameter can be looked up: one line says it.
  if (account.some(isError)) return account
  return [...account, ...(await checkParameters(declared, opened))]
}

/** In milliseconds; a person waits. */
const requestTimeout = 10_000

/** Only what asks AWS loads the SDK. */
async function accountOf({ env }: Io) {
  const { openAccount } = await import('../../runtime/account/open-account.ts')
  return openAccount(env, requestTimeout)
}
