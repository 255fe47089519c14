/** What inject-init adds to a pod, as plain objects. The default names and paths are those of the worked example. */
import { encodeInitArgs, initCommand } from '../../../api/settings/init-args.ts'
import { encodeInitEnv } from '../../../api/settings/init-env.ts'
import type { Value, ValueMap } from '../../yaml/value.ts'
import { envFileOf, envVolume } from './env-volume.ts'
import type { InjectConfig } from '../options/inject-config.ts'
import { initSettings, injectedVariables } from '../options/init-settings.ts'
import { isPlain, type PodNeeds } from '../pod/pod-needs.ts'

export type Injection = {
  readonly container: ValueMap
  /** The native sidecar that keeps the files current; absent where they are written once. */
  readonly refresher?: ValueMap
  /** That of the secrets, that of the annotations and, where there are variables, that of their file. */
  readonly volumes: readonly ValueMap[]
  /** For every other container. */
  readonly mount: ValueMap
}

/** The options that set these fields of init's containers. */
export const containerOptions = {
  image: 'image',
  imagePullPolicy: 'imagePullPolicy',
  resources: 'containerResources',
  securityContext: 'runAsUser',
} as const

/** Most pods need what every pod gets: it is made, and printed, once for a configuration. */
const plain = new WeakMap<InjectConfig, Injection>()

export function injectionOf(config: InjectConfig, needs: PodNeeds): Injection {
  if (!isPlain(needs)) return makeInjection(config, needs)
  const made = plain.get(config) ?? makeInjection(config, needs)
  plain.set(config, made)
  return made
}

function makeInjection(config: InjectConfig, needs: PodNeeds): Injection {
  return {
    container: initContainer(config, needs),
    ...(config.refresh === undefined ? {} : { refresher: refresher(config, needs, config.refresh) }),
    volumes: [
      { name: config.secretVolumeName, emptyDir: emptyDir(config) },
      {
        name: config.annotationsVolumeName,
        downwardAPI: { items: [{ path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }] },
      },
      ...(needs.variables.length > 0 ? [envVolume(config)] : []),
    ],
    mount: { mountPath: config.secretMountPath, name: config.secretVolumeName, readOnly: true },
  }
}

/** Satisfies the Pod Security Standard "restricted" by itself, with any security context of the pod. */
function initContainer(config: InjectConfig, needs: PodNeeds): ValueMap {
  return { name: config.containerName, ...image(config), ...likeInit(config, needs) }
}

/**
 * A native sidecar with the same settings. The kubelet starts the following containers when its startupProbe succeeds, and
 * stops it when the other containers have terminated, so that a Job completes.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
function refresher(config: InjectConfig, needs: PodNeeds, every: number): ValueMap {
  const command = [...initCommand, ...encodeInitArgs({ kind: 'check' })]
  return {
    name: config.refreshContainerName,
    ...image(config),
    args: encodeInitArgs({ kind: 'refresh', every }),
    restartPolicy: 'Always',
    // The files exist already, but on a busy node a program may take long to start.
    startupProbe: { exec: { command }, periodSeconds: 2, timeoutSeconds: 10, failureThreshold: 30 },
    ...likeInit(config, needs),
  }
}

function image({ image: name, imagePullPolicy }: InjectConfig): ValueMap {
  return { image: name, ...(imagePullPolicy === '' ? {} : { imagePullPolicy }) }
}

function likeInit(config: InjectConfig, needs: PodNeeds): ValueMap {
  return {
    env: initEnv(config, needs),
    resources: config.containerResources,
    terminationMessagePolicy: 'File',
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      ...(config.runAsUser === undefined ? {} : { runAsUser: config.runAsUser }),
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: [
      { mountPath: config.secretMountPath, name: config.secretVolumeName },
      { mountPath: config.annotationsMountPath, name: config.annotationsVolumeName },
      ...(needs.variables.length > 0
        ? [{ mountPath: envFileOf(config).mountPath, name: config.envVolumeName }]
        : []),
    ],
  }
}

/** What init requires comes first; option `env` may set other files. */
function initEnv(config: InjectConfig, { settings, contract }: PodNeeds): Value[] {
  const variables = new Map<string, Value>()
  const add = (name: string, rest: ValueMap) => variables.set(name, { name, ...rest })
  for (const { env, source } of injectedVariables)
    if ('fieldPath' in source) add(env, { valueFrom: { fieldRef: { fieldPath: source.fieldPath } } })
  const encoded = encodeInitEnv(initSettings(config, settings, contract))
  for (const [name, value] of encoded) add(name, { value })
  for (const { name, ...rest } of config.env) add(name, rest)
  return [...variables.values()]
}

function emptyDir({ medium, sizeLimit }: InjectConfig): ValueMap {
  return { ...(medium === '' ? {} : { medium }), sizeLimit }
}
