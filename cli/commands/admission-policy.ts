import { about, type Diagnostic } from '../../api/diagnostic.ts'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { findGuard } from '../../api/settings/guarded-env.ts'
import { overlappingPrefixes } from '../../api/storage/overlapping-prefixes.ts'
import { parseInjectConfig } from '../../functions/inject-init/options/config.ts'
import { type InjectConfig, injectOptions } from '../../functions/inject-init/options/inject-config.ts'
import { plainValue } from '../../functions/inject-init/options/validate-env.ts'
import { injectInit } from '../../functions/inject-init/inject-init.ts'
import { yamlLines } from '../../functions/yaml/stringify.ts'
import { actions, type Action, policyObjects } from '../admission-policy/policy-objects.ts'
import { allowEnvFlag, readAllowEnv } from '../flags/allow-env-flag.ts'
import { exampleImage } from '../example-image.ts'
import { type Command, type Io, isOn } from '../flags/command.ts'
import { flagName, type ParsedFlags } from '../flags/flags.ts'
import { functionFlags, readFunctionFlags } from '../flags/function-flags.ts'
import { printResults, printUsage } from '../print-results.ts'

// The image is a flag of its own, and pods have a namespace and no kinds of workloads.
const {
  image: _image,
  namespace: _namespace,
  podTemplates: _podTemplates,
  strict: _strict,
  ...options
} = injectOptions

// The options of the injection that the API server enforces on pods, whoever injects them.
const {
  annotationDomain,
  annotationsMountPath,
  annotationsVolumeName,
  containerName,
  envVolumeName,
  medium,
  refreshContainerName,
  secretMountPath,
  secretVolumeName,
  storagePolicy,
} = injectOptions
const enforced = {
  containerName,
  refreshContainerName,
  secretVolumeName,
  secretMountPath,
  annotationsVolumeName,
  annotationsMountPath,
  envVolumeName,
  medium,
  annotationDomain,
  storagePolicy,
}

export const admissionPolicyCommand: Command = {
  name: 'admission-policy',
  usage: '--policy FILE --image IMAGE [--inject] [OPTION ...]',
  purpose:
    'Prints ValidatingAdmissionPolicies with their bindings, which enforce a StoragePolicy and the injection. With --inject, a MutatingAdmissionPolicy injects the pods.',
  examples: [
    [
      'Let the API server reject pods that are not injected or not allowed',
      `kees admission-policy --policy storage-policy.yaml --image ${exampleImage} | kubectl apply -f -`,
    ],
    [
      'Only warn, and record it in the audit log',
      `kees admission-policy --policy storage-policy.yaml --image ${exampleImage} --action Warn --action Audit`,
    ],
    [
      'Let the API server inject the pods that arrive without injection (Kubernetes 1.36)',
      'kees admission-policy --inject --policy storage-policy.yaml --config inject-init.yaml | kubectl apply -f -',
    ],
  ],
  flags: {
    inject: {
      meaning:
        'print a MutatingAdmissionPolicy too, by which the API server injects pods that declare secrets and have no init container',
    },
    image: {
      takes: 'IMAGE',
      repeatable: true,
      meaning:
        'the exact image of the init container; give it twice while pods with an old and a new image run: --inject adds the first',
    },
    action: {
      takes: 'ACTION',
      repeatable: true,
      meaning: `the validation action of the bindings: ${actions.join(', ')} (default Deny)`,
    },
    ...allowEnvFlag,
    name: { takes: 'TEXT', meaning: 'the prefix of the names of the objects (default kees)' },
    ...functionFlags({ ...injectInit, options }),
  },
  run,
}

async function run(parsed: ParsedFlags, io: Io): Promise<ExitCode> {
  const { diagnostics: flagDiagnostics, ...flags } = await readFunctionFlags(
    { ...injectInit, options },
    parsed,
  )
  const { config, diagnostics } = parseInjectConfig(flags)
  const { allowEnv, diagnostics: ofAllowEnv } = readAllowEnv(parsed)
  const usage = [...flagDiagnostics, ...diagnostics, ...ofAllowEnv]
  if (parsed.operands.length > 0)
    usage.push({ message: 'arguments are not known', hint: 'name the StoragePolicy by --policy' })
  const { storagePolicy: policy, image } = config
  if (!policy && usage.length === 0)
    usage.push({ message: 'flag --policy is missing', hint: 'name the file of a StoragePolicy' })
  const images = parsed.values.get('image') ?? (config.explicit.has('image') ? [image] : [])
  if (images.length === 0)
    usage.push({ message: 'flag --image is missing', hint: 'set the exact image of the init container' })
  const isInjecting = isOn(parsed, 'inject')
  usage.push(...(isInjecting ? validateInjected(config, allowEnv) : withoutEffect(parsed)))
  const name = parsed.values.get('name')?.[0] ?? 'kees'
  if (!/^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/.test(name))
    usage.push({ message: 'flag --name is not a valid name: lower-case letters, digits and "-"' })
  const wanted = parsed.values.get('action') ?? ['Deny']
  const known = wanted.filter((one): one is Action => actions.some((action) => action === one))
  if (known.length < wanted.length)
    usage.push({ message: `flag --action must be one of ${actions.join(', ')}` })
  if (known.includes('Deny') && known.includes('Warn'))
    usage.push({ message: 'flag --action: Deny and Warn must not be used together' })
  if (usage.length > 0 || !policy) return printUsage(usage, io)
  const overlaps = about(`${config.nameOption('storagePolicy')}:`, overlappingPrefixes(policy))
  printResults(
    overlaps.map((one) => ({ ...one, severity: 'warning', exit: exitCode.input })),
    io,
  )
  const [first = image] = images
  const injects = { ...config, image: first }
  const objects = policyObjects(policy, {
    name,
    images,
    actions: known,
    allowEnv,
    inject: config,
    ...(isInjecting ? { injects } : {}),
  })
  io.out(objects.map((object) => `${yamlLines(object, 'compact').join('\n')}\n`).join('---\n'))
  return exitCode.done
}

/** Flags that only `--inject` reads. A file may have the options of the injection all the same. */
function withoutEffect({ values }: ParsedFlags): Diagnostic[] {
  return Object.keys(options)
    .filter((name) => !Object.hasOwn(enforced, name) && values.has(flagName(name)))
    .map((name) => ({ message: `flag --${flagName(name)} has no effect without --inject` }))
}

/** The policies would refuse every pod that has such a variable. */
function validateInjected({ env, nameOption }: InjectConfig, allowEnv: readonly string[]): Diagnostic[] {
  return env
    .filter((one) => !allowEnv.includes(one.name))
    .flatMap((one) => {
      const guard = findGuard(one.name, plainValue(one))
      if (!guard) return []
      const hint = `if it is meant, allow it by --allow-env ${one.name}`
      return [{ message: `${nameOption('env')}: ${one.name} ${guard.wrong}`, hint }]
    })
}
