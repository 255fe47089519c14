/**
 * What makes an init container another program, or lets it write elsewhere, although its image is the one that is allowed.
 * `kees verify` evaluates these rules, and `kees admission-policy` generates CEL from them, so both refuse the same pods.
 *
 * JavaScript and CEL (RE2) read the same patterns: no look-around, no flags.
 */
import { type GuardedVariable, guardedVariables } from '../../../api/settings/guarded-env.ts'
import { encodeInitArgs, initCommand } from '../../../api/settings/init-args.ts'
import { initVariables } from '../../../api/settings/init-env.ts'
import type { InjectConfig } from '../options/inject-config.ts'

export type InitContainerKind = 'init' | 'refresher'

export type FieldValue = string | boolean | readonly string[]

export type FieldRule = {
  /** Below the container. */
  readonly path: readonly string[]
  /** Its type in Kubernetes: an empty one is none. */
  readonly isList: boolean
  /** The values that are allowed besides none. */
  readonly allowed?: readonly FieldValue[]
  /** The pattern of a list of strings, joined by spaces, that is allowed besides none. */
  readonly joined?: string
}

const field = (path: string, allowed?: readonly FieldValue[]): FieldRule => ({
  path: path.split('.'),
  isList: false,
  ...(allowed ? { allowed } : {}),
})

const list = (path: string): FieldRule => ({ ...field(path), isList: true })

const ofBoth: readonly FieldRule[] = [
  list('command'),
  list('envFrom'),
  field('workingDir'),
  field('lifecycle'),
  field('livenessProbe'),
  field('readinessProbe'),
  list('ports'),
  list('volumeDevices'),
  list('restartPolicyRules'),
  field('stdin', [false]),
  field('stdinOnce', [false]),
  field('tty', [false]),
  // The kubelet copies the file at this path into the status of the pod.
  field('terminationMessagePath', ['/dev/termination-log']),
  field('securityContext.privileged', [false]),
  list('securityContext.capabilities.add'),
  field('securityContext.procMount', ['Default']),
]

export const fieldRules: Readonly<Record<InitContainerKind, readonly FieldRule[]>> = {
  init: [...ofBoth, list('args'), field('restartPolicy'), field('startupProbe')],
  refresher: [
    ...ofBoth,
    { ...list('args'), joined: '^--refresh[ =]([0-9]+(ms|s|m|h))+$' },
    field('restartPolicy', ['Always']),
    {
      ...list('startupProbe.exec.command'),
      allowed: [[...initCommand, ...encodeInitArgs({ kind: 'check' })]],
    },
    field('startupProbe.httpGet'),
    field('startupProbe.tcpSocket'),
    field('startupProbe.grpc'),
  ],
}

/** What follows the path of a field that breaks the rule. */
export function wrongOf({ allowed = [], joined }: FieldRule): string {
  if (joined !== undefined) return 'must be --refresh DURATION'
  if (allowed.length === 0) return 'must not be set'
  return `must be ${allowed.map((one) => (typeof one === 'object' ? one.join(' ') : String(one))).join(' or ')}`
}

/** Where the volumes are mounted, and what the variables must agree with. */
export type InitShape = Pick<
  InjectConfig,
  | 'annotationDomain'
  | 'annotationsMountPath'
  | 'annotationsVolumeName'
  | 'secretMountPath'
  | 'secretVolumeName'
> & {
  /** The volume of the file of environment variables, and where init mounts it; absent in a pod that has none. */
  readonly variables?: { readonly volumeName: string; readonly mountPath: string }
}

export type EnvRule = Pick<GuardedVariable, 'names' | 'wrong'> & {
  /** The names that were allowed to have any value, and those that have a rule of their own; absent where no value may be allowed. */
  readonly except?: readonly string[]
  readonly allowed: string
  /** The variable that must be there, because its default is wrong. */
  readonly required?: string
}

/** @param allowEnv the names of guarded variables that may have any value, or one from elsewhere. */
export function envRules(shape: InitShape, allowEnv: readonly string[]): EnvRule[] {
  const { annotationDomain, annotationsMountPath, secretMountPath, variables } = shape
  const { annotationsFile, secretsFile, resourcesFile, envFile, annotationDomain: domain } = initVariables
  const own = [
    equal(annotationsFile, `${annotationsMountPath}/annotations`),
    equal(domain, annotationDomain),
    below(secretsFile, secretMountPath),
    below(resourcesFile, secretMountPath),
    ...(variables ? [{ ...directlyIn(envFile, variables.mountPath), except: allowEnv }] : []),
  ]
  // Without a value, a variable has its default.
  const guards = guardedVariables.map(({ names, exceptNames = [], allowed, wrong }) => ({
    names,
    except: [...allowEnv, ...exceptNames],
    allowed: allowed === undefined ? '^$' : `^$|${allowed}`,
    wrong,
  }))
  return [...own, ...guards]
}

type Variable = { readonly env: string; readonly default: string }

function equal(variable: Variable, value: string): EnvRule {
  return ownRule(variable, escape(value), `must be ${value}`)
}

/** Without `..`, and without `$(NAME)`, which Kubernetes expands. */
function below(variable: Variable, folder: string): EnvRule {
  return ownRule(variable, `${escape(folder)}(/\\.?[^/.$][^/$]*)+`, `must be below ${folder}`)
}

/** The kubelet looks for the file at the root of the volume. */
function directlyIn(variable: Variable, folder: string): EnvRule {
  return ownRule(variable, `${escape(folder)}/\\.?[^/.$][^/$]*`, `must be a file in ${folder}`)
}

function ownRule({ env, default: byDefault }: Variable, pattern: string, wrong: string): EnvRule {
  const isDefault = new RegExp(`^${pattern}$`).test(byDefault)
  return {
    names: `^${env}$`,
    allowed: `^${isDefault ? `(${pattern})?` : pattern}$`,
    wrong,
    ...(isDefault ? {} : { required: env }),
  }
}

type MountRules = {
  /** The pattern of the paths at which other volumes may be mounted, unless one of the following forbids it. */
  readonly allowed: string
  readonly notAllowed: string
  readonly forbidden: readonly { readonly pattern: string; readonly wrong: string }[]
}

/** The names of the volumes of init, and where it mounts them. */
export function ownMounts(shape: InitShape): readonly (readonly [volume: string, path: string])[] {
  const { secretVolumeName, secretMountPath, annotationsVolumeName, annotationsMountPath, variables } = shape
  return [
    [secretVolumeName, secretMountPath],
    [annotationsVolumeName, annotationsMountPath],
    ...(variables ? [[variables.volumeName, variables.mountPath] as const] : []),
  ]
}

/** Of the mounts of init that are not those of its own volumes. */
export function mountRules(shape: InitShape): MountRules {
  const ours = ownMounts(shape).map(([, path]) => path)
  return {
    allowed: '^(/\\.?[^/.][^/]*)+/?$',
    notAllowed: 'must be an absolute path without "." and ".."',
    forbidden: [
      // Of the image, and where Node looks for packages of a program in /usr/local/bin.
      {
        pattern: '^/(bin|dev|etc|lib[a-z0-9]*|node_modules|package\\.json|proc|sbin|sys|usr)(/|$)',
        wrong: 'must not hide files of the image',
      },
      {
        pattern: `^(${ours.map(escape).join('|')})(/|$)`,
        wrong: `must not be inside of ${ours.join(' or ')}`,
      },
    ],
  }
}

/** The pattern of the paths of a volume's files that would replace the file of the annotations. */
export const annotationsFilePattern = '(^|/)annotations(/\\.?)*$'

export const wrongAnnotations = 'must show the annotations of the pod, and no other source must replace them'

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
