/** What the manifest shows to be wrong with how values are delivered: the kubelet, the files of init, and who can read a file. */
import { findTakenPaths } from '../../../api/delivery/delivery-diagnostics.ts'
import type { AnnotationDiagnostic, Diagnostic } from '../../../api/diagnostic.ts'
import { decodeInitEnv, initVariables } from '../../../api/settings/init-env.ts'
import { decodeSetting } from '../../../api/settings/setting.ts'
import type { PodAnnotations } from '../../../api/pod/pod-annotations.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { listIn, textIn } from '../pod/effective-config.ts'
import { judgeModes } from './judge-modes.ts'
import type { PodInjection } from './pod-injection.ts'
import { isStale } from './update-injection.ts'

/** @param mounted the containers that mount the secrets. */
export function judgeDelivery(
  pod: PodInjection,
  annotations: PodAnnotations,
  mounted: readonly string[],
): AnnotationDiagnostic[] {
  const env = variablesOf(pod)
  const { fileMode } = initVariables
  const modes = judgeModes(pod, annotations, mounted, decodeSetting(fileMode, env[fileMode.env]).value)
  if (pod.needs.contract === 1) return modes
  return [...judgeVariables(pod), ...findTakenPaths(annotations, filesOf(env)), ...modes]
}

/** The kubelet that knows the field `fileKeyRef` by default: the feature gate EnvFiles. */
const leastMinor = 35

/** What is wrong with the option for pods with variables. */
export function validateMinKubelet({ minKubelet, nameOption }: InjectConfig): Diagnostic[] {
  const option = nameOption('minKubelet')
  const minor = Number(minKubelet.split('.')[1] ?? -1)
  if (minor >= leastMinor) return []
  const older = `a kubelet before 1.${leastMinor} sets the variable to the empty string and starts the app`
  const hint = `set ${option} to "1.${leastMinor}" or later if no node that may run the pod has an older kubelet; otherwise use file`
  const wrong = minKubelet === '' ? `env needs ${option}` : `env is not possible with ${option} ${minKubelet}`
  return [{ message: `${wrong}: ${older}`, hint }]
}

function judgeVariables({ needs, config }: PodInjection): AnnotationDiagnostic[] {
  const [first] = needs.variables
  if (first === undefined) return []
  const diagnostic = (
    severity: 'error' | 'warning',
    message: string,
    hint: string,
  ): AnnotationDiagnostic => ({
    severity,
    code: 'BAD_DELIVERY',
    annotation: first.annotation,
    message,
    hint,
  })
  const found = validateMinKubelet(config).map(({ message, hint = '' }) => diagnostic('error', message, hint))
  if (config.refresh !== undefined)
    found.push(
      diagnostic(
        'warning',
        `${config.nameOption('refresh')} does not change environment variables: each keeps its value until its container starts again, and replicas may then differ`,
        'use a line or file for a value that changes',
      ),
    )
  return found
}

/** The variables of init, as far as they are in the manifest after the injection. */
function variablesOf({ injection, recorded, config }: PodInjection): Readonly<Record<string, string>> {
  const stale = isStale(injection.container, config)
  const patched = recorded.container ? listIn(recorded.container.value, 'env') : []
  const variables = [...patched.filter((one) => !stale(one)), ...listIn(injection.container, 'env')]
  return Object.fromEntries(variables.map((one) => [textIn(one, 'name'), textIn(one, 'value')]))
}

/** The files that init writes by its settings. */
function filesOf(env: Readonly<Record<string, string>>) {
  const { secretsFile = '', resourcesFile = '', notifyFile = '', envFile = '' } = decodeInitEnv(env).valid
  return { secretsFile, resourcesFile, notifyFile, envFile }
}
