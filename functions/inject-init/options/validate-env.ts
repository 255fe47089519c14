/** Checks option env as init checks its environment, for all values that are in the manifest. */
import { about, type Diagnostic, quote } from '../../../api/diagnostic.ts'
import { findGuard, holdsCredentials, isSetByWebhook } from '../../../api/settings/guarded-env.ts'
import { encodeInitEnv, initVariables } from '../../../api/settings/init-env.ts'
import { pathsOverlap } from '../../../api/paths-overlap.ts'
import { validateInitEnv } from '../../../api/settings/read-init-env.ts'
import type { EnvVariable } from './env-option.ts'
import { initSettings, type InjectedVariable, injectedVariables } from './init-settings.ts'
import type { InjectConfig } from './inject-config.ts'

/**
 * What init would refuse at run time, and what inject-init sets itself. A value from elsewhere (`valueFrom`, `$(NAME)`)
 * is not known here, and not judged.
 */
export function validateEnv(config: InjectConfig): Diagnostic[] {
  const { env, secretMountPath: mountPath, nameOption } = config
  if (env.length === 0) return []
  const option = nameOption('env')
  const taken = new Map(injectedVariables.filter(({ isOpen }) => !isOpen).map((one) => [one.env, one]))
  const ofInjectInit = env.flatMap(({ name }) => {
    const variable = taken.get(name)
    if (!variable) return []
    return [{ message: `${option}: ${name} is set by inject-init`, hint: hintOf(variable, config) }]
  })
  const given: Record<string, string> = {}
  const isUnknown = (name: string) => env.some((one) => one.name === name && plainValue(one) === undefined)
  for (const one of env) {
    const value = taken.has(one.name) ? undefined : plainValue(one)
    if (value !== undefined) given[one.name] = value
  }
  const allowHttp = isUnknown('ALLOW_HTTP') ? { ALLOW_HTTP: 'true' } : {}
  const own = Object.fromEntries(encodeInitEnv(initSettings(config)))
  const diagnostics = validateInitEnv({ ...own, ...given, ...allowHttp })
    .filter((one) => given[one.env] !== undefined)
    .flatMap(({ env: _env, ...one }) => about(`${option}:`, [one]))
  const outside = [initVariables.secretsFile, initVariables.resourcesFile].flatMap((variable) => {
    const path = given[variable.env]
    if (!path?.startsWith('/') || pathsOverlap(path, mountPath) === 'first inside') return []
    const allowed = `must be below ${nameOption('secretMountPath')}, ${mountPath}: init cannot write elsewhere`
    return [{ message: `${option}: ${variable.env} ${quote(path)} ${allowed}` }]
  })
  return [...ofInjectInit, ...diagnostics, ...outside]
}

/** The variables that `kees verify` and the admission policy refuse where nobody allows them. */
export function warnOfGuarded({ env, nameOption }: InjectConfig): Diagnostic[] {
  return env.flatMap((one) => {
    const found: Diagnostic[] = []
    const report = (wrong: string, hint: string) =>
      found.push({ message: `${nameOption('env')}: ${one.name} ${wrong}`, hint })
    const guard = findGuard(one.name, plainValue(one))
    if (guard)
      report(guard.wrong, `kees verify and the admission policy refuse it without --allow-env ${one.name}`)
    else if (isSetByWebhook(one.name) && one['value'] !== '')
      report(
        'replaces what EKS sets: init gets another role than the other containers',
        'set the annotation eks.amazonaws.com/role-arn of the ServiceAccount',
      )
    if (holdsCredentials(one.name) && typeof one['value'] === 'string' && !/^$|\$\(/.test(one['value']))
      report(
        'has credentials as a value: everybody who can read the manifest or the pod has them',
        'give the pod a role, or use valueFrom with secretKeyRef',
      )
    return found
  })
}

function hintOf({ source }: InjectedVariable, { nameOption }: InjectConfig): string {
  if ('needed' in source) return 'remove it: inject-init sets it by what the pod declares'
  if ('fieldPath' in source) return `remove it: its value is the pod's ${source.fieldPath}`
  const annotation =
    source.annotation === undefined ? '' : ` or the annotation init.<domain>/${source.annotation}`
  return `set ${nameOption(source.option)}${annotation}`
}

/** Kubernetes expands `$(NAME)` and leaves `$$(NAME)` alone. One without a value is empty. */
export function plainValue({ value = '', valueFrom }: EnvVariable): string | undefined {
  return typeof value === 'string' && valueFrom === undefined && !value.includes('$(') ? value : undefined
}
