/** One pod: whether it is injected, and what its init containers and the kubelet say. */
import { type JsonMap, listOf, mapOf } from '../../api/json.ts'
import { exitCode, type ExitCode } from '../../api/exit-code.ts'
import { findInjection } from '../../functions/workload/find-injection.ts'
import { requireInjected } from '../../functions/workload/require-injected.ts'
import type { Workload } from '../../functions/workload/workload.ts'
import { type Check, error, ok, warning } from './check.ts'

const check = 'pod'

type Injection = ReturnType<typeof findInjection>

/** @param object the pod, as the API server has it. @param workload the same, with what it declares. */
export function checkPod(object: unknown, workload: Workload | undefined): readonly Check[] {
  if (!workload?.pod.annotated)
    return [warning(check, 'it declares no secret or resource', 'check the annotations of its pod template')]
  const { phase, initContainerStatuses, containerStatuses } = mapOf(mapOf(object)['status'])
  const notInjected = requireInjected([workload]).map(({ message, hint = '', exit }) =>
    error(check, `it ${message}`, hint, exit),
  )
  const injection = findInjection(workload.item, workload.template)
  const found = [
    ...notInjected,
    ...listOf(initContainerStatuses).flatMap((one) => judgeInit(mapOf(one), injection)),
    ...listOf(containerStatuses).flatMap((one) => judgeWaiting(mapOf(one))),
  ]
  return found.length > 0 ? found : [ok(check, `its phase is ${String(phase)}`)]
}

function judgeInit(container: JsonMap, injection: Injection): Check[] {
  const { name, state, lastState } = container
  const { running, terminated } = mapOf(state)
  const { exitCode: code, message, reason } = mapOf(terminated ?? mapOf(lastState)['terminated'])
  // What ended before a sidecar ran is over. Init runs again and again until it succeeds.
  const isOver = running !== undefined && name !== injection?.container
  if (typeof code !== 'number' || code === 0 || isOver) return judgeWaiting(container)
  const said = typeof message === 'string' && message !== '' ? `: ${message.trim()}` : ''
  const why = reason === 'OOMKilled' ? ' (OOMKilled)' : ''
  const again = running === undefined ? '' : ', and runs again'
  const isOurs = name === injection?.container || name === injection?.refresher
  const hint = isOurs ? hints.get(code) : undefined
  const text = `container ${String(name)} ended with exit code ${code}${why}${again}${said}`
  return [error(check, text, hint ?? 'see the log of the container', exitOf(code))]
}

/** What the exit codes of init need, in the words of docs/operations.md. */
const hints: ReadonlyMap<number, string> = new Map([
  [1, 'correct the annotation or the stored value that the message names'],
  [
    2,
    'correct the environment of init: option env of inject-init, a patch, or an image older than inject-init',
  ],
  [3, 'store what is missing with kees put; for what is DYNAMIC see the lines about the creator'],
  [4, 'give the role the permission that the message names, or give the pod a role'],
  [5, 'check the network, DNS and the endpoint that the message names'],
  [6, 'raise sizeLimit of the secret volume, and check that it is not mounted read-only'],
  [70, 'report it with the log of the container, which contains no values'],
  [137, 'raise limits.memory in option containerResources'],
])

/** Of a container that ended like a program of kees. */
function exitOf(code: number): ExitCode {
  return Object.values(exitCode).find((one) => one === code) ?? exitCode.unreachable
}

/** A container that waits for those before it, or that starts: nothing is wrong yet. */
const starts: ReadonlySet<unknown> = new Set(['PodInitializing', 'ContainerCreating'])

function judgeWaiting({ name, state }: JsonMap): Check[] {
  const { waiting } = mapOf(state)
  const { reason, message } = mapOf(waiting)
  if (waiting === undefined || starts.has(reason)) return []
  const text = `container ${String(name)} waits: ${String(reason)}`
  const whole = typeof message === 'string' ? `${text}: ${message}` : text
  return [error(check, whole, waitHint(reason), exitCode.unreachable)]
}

function waitHint(reason: unknown): string {
  return reason === 'CreateContainerConfigError'
    ? 'if it is about a variable of the attribute env, check that the image of init is not older than inject-init'
    : 'kubectl describe pod shows what the kubelet says'
}
