/** What kees reads of a cluster: by `kubectl get` and nothing else, so it changes nothing (docs/adr). */
import { type Failure, type FailureCode, failed } from '../../runtime/failure.ts'
import { onOneLine } from '../../functions/krm/result.ts'
import type { Io } from '../flags/command.ts'
import type { Flags } from '../flags/flags.ts'

export const clusterFlags: Flags = {
  context: {
    takes: 'NAME',
    meaning: 'the context of the kubeconfig that kubectl uses (default the current one)',
  },
}

/** The output of `kubectl get` with these arguments. Rejects with a Failure. */
export type Cluster = (...args: readonly string[]) => Promise<string>

/** kubectl does not show which address it called. */
export const peer = { service: 'Kubernetes API', host: 'unknown' } as const

/** For one request to the API server. */
const requestTimeout = '10s'

export function openCluster({ kubectl }: Pick<Io, 'kubectl'>, context: string | undefined): Cluster {
  const chosen = context === undefined ? [] : [`--context=${context}`]
  return async (...args) => {
    const ran = await kubectl(['get', ...args, ...chosen, `--request-timeout=${requestTimeout}`])
    const what = `kubectl get ${subjectOf(args)}`
    if (ran.isMissing)
      throw failed({
        ...peer,
        code: 'UNREACHABLE',
        message: 'the command kubectl was not found',
        hint: 'install kubectl',
      })
    if (ran.status !== 0) throw failed(failureIn(what, ran.stderr))
    return ran.stdout
  }
}

/** https://github.com/kubernetes/kubernetes/blob/master/staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go */
const codes: readonly (readonly [words: RegExp, code: FailureCode, meaning: string])[] = [
  [/\((Forbidden|Unauthorized)\)|must be logged in|Unauthorized/, 'ACCESS_DENIED', 'access is denied'],
  [
    /\(NotFound\)|doesn't have a resource type|could not find the requested resource/,
    'MISSING',
    'it does not exist',
  ],
]

/** What is read, without the flags: `pod app-1`, or the path of `--raw` without its query. */
function subjectOf(args: readonly string[]): string {
  const words = args[0] === '--raw' ? args.slice(1) : args
  const end = words.findIndex((word) => word.startsWith('-'))
  return words
    .slice(0, end < 0 ? words.length : end)
    .join(' ')
    .replace(/\?.*/, '')
}

const unreached =
  'check the network and the context: kubectl config current-context shows it, and --context chooses another one'

function failureIn(what: string, stderr: string): Failure {
  const [, code, meaning] = codes.find(([words]) => words.test(stderr)) ?? []
  const said = onOneLine(stderr.trim().split('\n').at(-1) ?? '').slice(0, 500)
  return {
    code: code ?? 'UNREACHABLE',
    message: `${what}: ${meaning ?? 'the API server did not answer'}`,
    ...(said === '' ? {} : { detail: said }),
    ...(code === undefined ? { hint: unreached } : {}),
    ...peer,
  }
}
