/** Pods of an app that reads what it gets and otherwise only runs. */
import { appImage } from './node-images.ts'

/** For `sh -c`: it runs until SIGTERM, and starts no process meanwhile. */
export const stays = 'trap "exit 0" TERM; sleep 2147483647 & wait'

export const appContainer = { name: 'app', image: appImage, command: ['sh', '-c', stays] } as const

type Annotations = Readonly<Record<string, string>>

const appSpec = { terminationGracePeriodSeconds: 1, containers: [appContainer] } as const

/** @param spec more of its fields, or others. */
export function appPod(namespace: string, name: string, annotations: Annotations, spec: object = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, annotations },
    spec: { ...appSpec, ...spec },
  }
}

/** @param replicas as many. @param spec more fields of its pods, or others. */
export function appDeployment(
  namespace: string,
  name: string,
  annotations: Annotations,
  replicas: number,
  spec: object = {},
) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name }, annotations },
        spec: { ...appSpec, ...spec },
      },
    },
  }
}

/** No node has the label: such a pod declares, and never runs. */
export const neverScheduled = { nodeSelector: { 'kees.bsycorp.com/none': '' } } as const
