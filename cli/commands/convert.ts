import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import type { Diagnostic } from '../../api/diagnostic.ts'
import { errorsOf, judge, type ObjectReference } from '../../functions/krm/result.ts'
import { parseWorkloadConfig, workloadOptions } from '../../functions/workload/workload-options.ts'
import { readWorkloads } from '../../functions/workload/workload.ts'
import { readExternalSecrets } from '../convert/external-secret.ts'
import { printForAnyPod, printForWorkloads } from '../convert/places.ts'
import { readSecretProviderClasses } from '../convert/secret-provider-class.ts'
import { readChoice } from '../flags/choice-flag.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import type { ParsedFlags } from '../flags/flags.ts'
import { readSharedFlags, sharedFlags } from '../flags/function-flags.ts'
import { printResults } from '../print-results.ts'
import { manifestFlags, readNamed } from '../read-manifests.ts'

const tools = ['externalsecret', 'secretproviderclass'] as const

const shared = sharedFlags(workloadOptions)

export const convertCommand: Command = {
  name: 'convert',
  usage: '--from externalsecret|secretproviderclass FILE ... [-f FILE] [OPTION ...]',
  purpose: 'Prints annotations that are equivalent to ExternalSecrets or SecretProviderClasses.',
  details:
    'Name the SecretStores of ExternalSecrets too: they determine which service has the values. With -f, the annotations are printed for each workload that uses ' +
    'the values, and secretKeyRef becomes env. What cannot be carried over is named, and the exit code is 1 then.',
  examples: [
    [
      'Print the annotations for what External Secrets reads',
      'kees convert --from externalsecret external-secret.yaml secret-store.yaml',
    ],
    [
      'Print them for the workloads that use the values',
      'kees convert --from externalsecret external-secret.yaml secret-store.yaml -f app.yaml',
    ],
    [
      'The same for the Secrets Store CSI driver',
      'kees convert --from secretproviderclass secret-provider-class.yaml',
    ],
  ],
  completes: 'files',
  flags: {
    from: { takes: tools.join('|'), meaning: 'what the files are of' },
    ...manifestFlags,
    filename: {
      ...manifestFlags['filename'],
      takes: 'FILE',
      meaning: 'a manifest, or a folder of manifests, whose workloads use the values',
    },
    ...shared,
    namespace: {
      ...shared['namespace'],
      meaning:
        'the namespace of objects without one: SecretStores, Secrets and SecretProviderClasses serve only their own (default unknown)',
    },
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { value: from, diagnostics: ofFrom = [] } = readChoice(parsed, 'from', tools)
  const { diagnostics: flagDiagnostics, ...options } = await readSharedFlags(workloadOptions, parsed)
  const { config, diagnostics: optionDiagnostics } = parseWorkloadConfig(options)
  const usage: Diagnostic[] = [...ofFrom, ...flagDiagnostics, ...optionDiagnostics]
  if (from === undefined && ofFrom.length === 0)
    usage.push({ message: 'flag --from is missing', hint: `it takes ${tools.join(' or ')}` })
  if (parsed.operands.length === 0)
    usage.push({ message: 'the files are missing', hint: `kees convert --from ${from ?? tools[0]} FILE` })
  const recursive = isOn(parsed, 'recursive')
  const files = parsed.operands.length > 0 ? await readNamed(parsed.operands, recursive, io) : undefined
  const named = parsed.values.get('filename') ?? []
  const manifests = named.length > 0 ? await readNamed(named, recursive, io) : undefined
  const wrong = printResults(
    [...errorsOf(usage, exitCode.usage), ...(files?.results ?? []), ...(manifests?.results ?? [])],
    io,
  )
  if (wrong !== exitCode.done || !files) return wrong

  const domain = config.annotationDomain
  const namespaceOf = ({ namespace }: ObjectReference) => namespace ?? config.namespace
  const items = files.manifests.flatMap((one) => one.items)
  const read =
    from === 'externalsecret'
      ? readExternalSecrets(items, namespaceOf)
      : { sources: readSecretProviderClasses(items, namespaceOf), results: [] }
  const { sources } = read
  if (sources.length === 0) {
    const kind = from === 'externalsecret' ? 'ExternalSecret' : 'SecretProviderClass'
    return printResults(errorsOf([{ message: `there is no ${kind} in the files` }], exitCode.input), io)
  }
  const ofManifests = manifests?.manifests.flatMap((one) => one.items)
  const { text, results } = ofManifests
    ? printForWorkloads(readWorkloads(ofManifests, config).workloads, sources, domain, namespaceOf)
    : printForAnyPod(sources, domain)
  io.out(text)
  const all = [...files.manifests, ...(manifests?.manifests ?? [])]
  const ofSources = sources.flatMap((source) => source.results)
  return printResults(judge([...read.results, ...ofSources, ...results], config.strict), io, all)
}
