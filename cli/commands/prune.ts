import { exitCode, type ExitCode, firstToMend } from '../../api/exit-code.ts'
import { about, type Diagnostic, quote } from '../../api/diagnostic.ts'
import { parseStoragePrefix } from '../../api/declaration/parameter-name.ts'
import { toValue } from '../../functions/yaml/value.ts'
import type { Account } from '../../runtime/account/open-account.ts'
import { exitCodeOf } from '../../runtime/failure.ts'
import { describeParameters, type DescribedParameter } from '../../runtime/account/describe-parameters.ts'
import { targetOfCaller } from '../audit/read-rights.ts'
import { listWorkloads } from '../cluster/list-workloads.ts'
import { openCluster } from '../cluster/read-cluster.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { outputFlags, readOutput } from '../flags/output-flag.ts'
import { openStoreFlag } from '../flags/store-flag.ts'
import { printFailures } from '../print/print-failures.ts'
import { printUsage, printWarning } from '../print-results.ts'
import { formatPruned, prunedOf } from '../prune/format-pruned.ts'
import { UsedNames } from '../prune/used-names.ts'
import { readBy } from '../prune/read-by.ts'
import { unusedGroups } from '../prune/unused-groups.ts'
import { readInput } from '../read-input.ts'
import { manifestFlags } from '../read-manifests.ts'
import { type Coverage, coverageOf, hintNotCovered, notCovered } from '../trail/coverage.ts'
import { readTrail, trailFlags } from '../trail/read-trail.ts'

export const pruneCommand: Command = {
  name: 'prune',
  usage:
    '--prefix PREFIX -f FILE --trail FILE [--context NAME] [--no-cluster] [--skip-resource NAME] [--output table|json]',
  purpose:
    'Lists the parameters that kees made and that nothing needs any more, with the commands that delete them.',
  details:
    'It deletes nothing. A parameter is listed if kees made it and nobody wrote it since, if no manifest and no object of the clusters declares it (scaled to zero, suspended and earlier revisions, ConfigMaps and all custom resources included), if no event of CloudTrail reads it, and if it is older than the last event of its account and region; the parts of a pair only together. The output begins with the period, the account, the region and the number of reads that the events cover, and the clusters that were read. Give the manifests and the events of everything that shares the account and region.',
  examples: [
    ['List what nothing needs below /shop', 'kees prune --prefix /shop -f manifests --trail trail.json'],
    [
      'Look into two clusters that share the account',
      'kees prune --prefix /shop -f manifests --trail trail.json --context prod-a --context prod-b',
    ],
  ],
  flags: {
    prefix: {
      takes: 'PREFIX',
      repeatable: true,
      meaning: 'the hierarchy whose parameters are looked at, such as /shop',
    },
    ...manifestFlags,
    ...trailFlags,
    context: {
      takes: 'NAME',
      repeatable: true,
      meaning:
        'a context of the kubeconfig whose cluster is read; give it once for each cluster (default the current one)',
    },
    'skip-resource': {
      takes: 'NAME',
      repeatable: true,
      meaning:
        'a resource, or a group of them, that is not read because it declares nothing, such as vulnerabilityreports.aquasecurity.github.io; without this flag, nothing is listed if one of them cannot be read',
    },
    'no-cluster': { meaning: 'read no cluster: only the manifests and the events show what is needed' },
    ...outputFlags,
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const output = readOutput(parsed)
  const { prefixes, diagnostics } = readPrefixes(parsed)
  const { trail, diagnostics: ofTrail } = await readTrail(parsed)
  const opened = await openStoreFlag(parsed, io, 'read')
  const usage = [
    ...output.diagnostics,
    ...diagnostics,
    ...requireTrail(parsed),
    ...ofTrail,
    ...(opened.diagnostics ?? []),
    ...(opened.kind === 'file' ? [{ message: 'a file: store does not record who made a parameter' }] : []),
  ]
  const { manifests, exit } = await readInput(parsed, io, usage)
  if (!manifests) return exit ?? exitCode.usage

  const { openAccount } = await import('../../runtime/account/open-account.ts')
  const account = openAccount(io.env, requestTimeout)
  const target = await targetOfCaller(account)
  const covered = coverageOf(trail.coverage, target)
  if (!covered) return printUsage([{ message: notCovered(trail.coverage, target), hint: hintNotCovered }], io)
  warnOfReads(covered, io)
  // The store first: what is created for a workload that is deployed meanwhile is not in this list.
  const stored = await below(prefixes, account, io)
  const used = new UsedNames()
  for (const { items } of manifests) for (const { root } of items) used.add(toValue(root))
  const unread = await readClusters(parsed, io, used)
  if (unread !== exitCode.done) return unread
  const isRead = readBy(trail.events)
  const unused = unusedGroups(stored, (name) => used.has(name) || isRead(name), covered.to)
  if (used.unsure > 0)
    printWarning(
      `${used.unsure} names count as used below every prefix: they are not, or not validly, in the annotations of a pod template`,
      io,
      'kees verify shows what is invalid; the others are in custom resources, patches and texts, such as the values of a chart',
    )
  if (used.anything !== undefined)
    printWarning(
      `nothing is listed: a declaration may name any parameter, because its name is a template: ${quote(used.anything)}`,
      io,
      'if it is in a resource that declares nothing, leave that out: --skip-resource',
    )
  io.out(output.format(prunedOf(unused, covered, clustersOf(parsed)), formatPruned))
  return exitCode.done
}

/** In milliseconds; a person waits. */
const requestTimeout = 10_000

function readPrefixes(parsed: ParsedFlags): {
  readonly prefixes: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
} {
  const given = (parsed.values.get('prefix') ?? []).map((text) => ({ text, ...parseStoragePrefix(text) }))
  const diagnostics: Diagnostic[] = given.flatMap(({ text, diagnostics: wrong = [] }) =>
    about(`flag --prefix ${quote(text)}`, wrong),
  )
  if (given.length === 0)
    diagnostics.push({
      message: 'flag --prefix is missing',
      hint: 'name a hierarchy, such as --prefix /shop',
    })
  return { prefixes: given.flatMap(({ value }) => (value === undefined ? [] : [value])), diagnostics }
}

/** Without reads, what is used from elsewhere would look unused. */
function requireTrail({ values }: ParsedFlags): Diagnostic[] {
  if (values.has('trail')) return []
  const hint =
    'name the events of CloudTrail: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventSource,AttributeValue=ssm.amazonaws.com > trail.json'
  return [{ message: 'flag --trail is missing', hint }]
}

function warnOfReads({ account, region, reads, unnamed }: Coverage, io: Io): void {
  if (reads === 0)
    printWarning(
      `no event of --trail reads a parameter of account ${account} and region ${region}: what only other clusters and people use is listed`,
      io,
    )
  if (unnamed > 0)
    printWarning(
      `${unnamed} failed reads of the trail do not name what they ask for, because CloudTrail did not record it`,
      io,
      'make sure that no workload fails for lack of a right to read',
    )
}

async function below(
  prefixes: readonly string[],
  { ssm }: Account,
  io: Io,
): Promise<readonly DescribedParameter[]> {
  const stored = new Map<string, DescribedParameter>()
  for (const prefix of prefixes) {
    const found = await describeParameters(ssm, prefix === '' ? '/' : prefix, (count) =>
      io.progress?.(`${count} parameters below ${prefix}/`),
    )
    for (const one of found) if (one.name.startsWith(`${prefix}/`)) stored.set(one.name, one)
  }
  return [...stored.values()].filter(({ name }) => namePattern.test(name))
}

/** SSM stores no other names. They become a part of a command for a shell. */
const namePattern = /^(\/[A-Za-z0-9_.-]+)+$/

/** Nothing may be listed unless everything was read: all that was not is an error. */
async function readClusters(parsed: ParsedFlags, io: Io, used: UsedNames): Promise<ExitCode> {
  if (isOn(parsed, 'no-cluster')) return exitCode.done
  const contexts: readonly (string | undefined)[] = parsed.values.get('context') ?? [undefined]
  const toSkip = new Set(parsed.values.get('skip-resource') ?? [])
  const exits: ExitCode[] = []
  const skipped = new Set<string>()
  for (const context of contexts) {
    let count = 0
    const { failures, ...listed } = await listWorkloads(
      openCluster(io, context),
      toSkip,
      (object, template) => {
        used.add(object, template)
        if (++count % 1000 === 0) io.progress?.(`${count} objects of ${context ?? 'the cluster'}`)
      },
    )
    for (const name of listed.skipped) skipped.add(name)
    for (const { name, failure } of failures) {
      const hint = `ask for the right to list them, or leave them out, if they declare nothing: --skip-resource ${name}`
      printFailures([{ parameters: [], failure: { ...failure, hint } }], io)
      exits.push(exitCodeOf(failure))
    }
  }
  for (const name of skipped) printWarning(`${name} are not read: what only they declare is listed`, io)
  for (const name of toSkip)
    if (!skipped.has(name)) printWarning(`flag --skip-resource: no cluster has ${quote(name)}`, io)
  return firstToMend(exits)
}

/** The contexts that were read; undefined: the current one. */
function clustersOf(parsed: ParsedFlags): readonly string[] | undefined {
  return isOn(parsed, 'no-cluster') ? [] : parsed.values.get('context')
}
