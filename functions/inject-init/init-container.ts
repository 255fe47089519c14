/** What inject-init adds to a pod, as plain objects. The names and paths of the defaults are the worked example's. */
import { encodeInitArgs, initCommand } from '../../api/init-args.ts'
import { encodeInitEnv } from '../../api/init-env.ts'
import type { PodSettings } from '../../api/pod-annotations.ts'
import type { Value, ValueMap } from '../yaml/value.ts'
import type { InjectConfig } from './inject-config.ts'
import { initSettings, injectedVariables } from './init-settings.ts'

export type Injection = {
  readonly container: ValueMap
  /** The native sidecar that keeps the files current; absent where they are written once. */
  readonly refresher?: ValueMap
  readonly volumes: readonly ValueMap[]
  /** For every other container. */
  readonly mount: ValueMap
}

/** Which option says what stands under a key of init's containers. */
export const containerOptions = {
  image: 'image',
  imagePullPolicy: 'imagePullPolicy',
  resources: 'containerResources',
  securityContext: 'runAsUser',
} as const

export function injectionOf(config: InjectConfig, settings: PodSettings): Injection {
  return {
    container: initContainer(config, settings),
    ...(config.refresh === undefined ? {} : { refresher: refresher(config, settings, config.refresh) }),
    volumes: [
      { name: config.secretVolumeName, emptyDir: emptyDir(config) },
      {
        name: config.annotationsVolumeName,
        downwardAPI: { items: [{ path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } }] },
      },
    ],
    mount: { mountPath: config.secretMountPath, name: config.secretVolumeName, readOnly: true },
  }
}

/** Satisfies Pod Security "restricted" on its own, whatever the pod's own security context says. */
function initContainer(config: InjectConfig, settings: PodSettings): ValueMap {
  return { name: config.containerName, ...image(config), ...likeInit(config, settings) }
}

/**
 * The same with another name and what makes it stay. The kubelet starts what follows once its probe succeeds, and ends it
 * when the other containers have ended, so a Job completes.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
function refresher(config: InjectConfig, settings: PodSettings, every: number): ValueMap {
  const command = [...initCommand, ...encodeInitArgs({ kind: 'check' })]
  return {
    name: config.refreshContainerName,
    ...image(config),
    args: encodeInitArgs({ kind: 'refresh', every }),
    restartPolicy: 'Always',
    // The files are there already; on a busy node a program may take its time to start and say so.
    startupProbe: { exec: { command }, periodSeconds: 2, timeoutSeconds: 10, failureThreshold: 30 },
    ...likeInit(config, settings),
  }
}

function image({ image: name, imagePullPolicy }: InjectConfig): ValueMap {
  return { image: name, ...(imagePullPolicy === '' ? {} : { imagePullPolicy }) }
}

function likeInit(config: InjectConfig, settings: PodSettings): ValueMap {
  return {
    env: initEnv(config, settings),
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
    ],
  }
}

/** What init cannot do without comes first; option `env` may name other files. */
function initEnv(config: InjectConfig, settings: PodSettings): Value[] {
  const variables = new Map<string, Value>()
  const add = (name: string, rest: ValueMap) => variables.set(name, { name, ...rest })
  for (const { env, source } of injectedVariables)
    if ('fieldPath' in source) add(env, { valueFrom: { fieldRef: { fieldPath: source.fieldPath } } })
  const encoded = encodeInitEnv(initSettings(config, settings))
  for (const [name, value] of encoded) add(name, { value })
  for (const { name, ...rest } of config.env) add(name, rest)
  return [...variables.values()]
}

function emptyDir({ medium, sizeLimit }: InjectConfig): ValueMap {
  return { ...(medium === '' ? {} : { medium }), sizeLimit }
}
