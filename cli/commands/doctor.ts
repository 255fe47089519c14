import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import { mapOf } from '../../api/json.ts'
import { type Diagnostic, quote } from '../../api/diagnostic.ts'
import { dnsSubdomainPattern } from '../../functions/workload/dns-subdomain.ts'
import { exportOptions } from '../../functions/export-iam/options/config.ts'
import { injectOptions } from '../../functions/inject-init/options/inject-config.ts'
import { type ConfigOf, type OptionUse, parseOptions } from '../../functions/krm/options/options.ts'
import { judge } from '../../functions/krm/result.ts'
import { areInLocalMode, readsStore, readItems, type Workload } from '../../functions/workload/workload.ts'
import type { Account } from '../../runtime/account/open-account.ts'
import { clock } from '../../runtime/scheduling/clock.ts'
import manifest from '../../package.json' with { type: 'json' }
import { type Cluster, clusterFlags, openCluster } from '../cluster/read-cluster.ts'
import { checkCredentials, checkParameters } from '../doctor/check-aws.ts'
import { checkArgoCd } from '../doctor/check-argo-cd.ts'
import { checkAdmission, checkKubelets, checkVersion } from '../doctor/check-cluster.ts'
import { checkCreator } from '../doctor/check-creator.ts'
import { checkEvents, type PodName } from '../doctor/check-events.ts'
import { checkPod } from '../doctor/check-pod.ts'
import { checkRoles } from '../doctor/check-role.ts'
import { type Check, error, ok } from '../doctor/check.ts'
import { formatChecks } from '../doctor/format-checks.ts'
import { needsOf } from '../doctor/needs.ts'
import { readSubject } from '../doctor/read-subject.ts'
import { type Command, type Io, isOn, valueOf } from '../flags/command.ts'
import { readSharedFlags, sharedFlags } from '../flags/function-flags.ts'
import { grantingFunction } from '../flags/granting-function.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { outputFlags, readOutput } from '../flags/output-flag.ts'
import { openStoreFlag, storeFlags } from '../flags/store-flag.ts'
import { declarationPlaces } from '../declaration-places.ts'
import { printResults, printUsage, recordAt } from '../print-results.ts'
import { manifestFlags } from '../read-manifests.ts'

const { minKubelet } = injectOptions
/** What can be given; the other options of export-iam have their defaults. */
const givenOptions = { ...grantingFunction.options, minKubelet }
const options = { ...exportOptions, minKubelet }
type Config = ConfigOf<typeof options> & OptionUse

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
    ...sharedFlags(givenOptions),
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
  const { diagnostics: flagDiagnostics, ...given } = await readSharedFlags(givenOptions, parsed)
  const { config, diagnostics } = parseOptions<ConfigOf<typeof options>>(options, given)
  const output = readOutput(parsed)
  const usage = [...flagDiagnostics, ...diagnostics, ...output.diagnostics, ...wrongOperands(parsed)]
  if (usage.length > 0) return printUsage(usage, io)

  const cluster = isOn(parsed, 'no-cluster') ? undefined : openCluster(io, valueOf(parsed, 'context'))
  const input = await readSubject(parsed, io, cluster, config.namespace)
  if (input.exit !== undefined) return input.exit
  const items = input.manifests.flatMap((one) => one.items)
  const { read, results } = readItems(items, config)
  const workloads = read.flatMap((one) => one.workloads)
  const invalid = printResults(judge(results, config.strict), io, input.manifests)
  const checks = [
    ok('kees', `version ${manifest.version} on Node ${process.versions.node}`),
    ...(await checkCluster(cluster, workloads, config, input.pod)),
    ...input.checks,
    ...(await checkStore(parsed, io, workloads, (account) => checkRoles(read, config, account))),
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
  ofRoles: (account: Account) => Promise<readonly Check[]>,
): Promise<readonly Check[]> {
  if (areInLocalMode(workloads) && valueOf(parsed, 'store') === undefined)
    return [ok('store', 'not needed: the pods are in local mode, which needs no region and no credentials')]
  const opened = await openStoreFlag(parsed, io, 'read')
  if (opened.diagnostics !== undefined)
    return opened.diagnostics.map(({ message, hint = 'correct the variable or the flag' }) =>
      error('store', message, hint, exitCode.usage),
    )
  const declared = workloads.filter(readsStore).flatMap(({ pod }) => pod.declared)
  if (opened.kind !== 'ssm') return checkParameters(declared, opened)
  const account = await accountOf(io)
  const credentials = await checkCredentials(account)
  // Without credentials nothing can be looked up: one line says it.
  if (credentials.some(isError)) return credentials
  const [parameters, roles] = await Promise.all([checkParameters(declared, opened), ofRoles(account)])
  return [...credentials, ...parameters, ...roles]
}

/** In milliseconds; a person waits. */
const requestTimeout = 10_000

/** Only what asks AWS loads the SDK. */
async function accountOf({ env }: Io) {
  const { openAccount } = await import('../../runtime/account/open-account.ts')
  return openAccount(env, requestTimeout)
}
