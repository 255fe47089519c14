/**
 * A door to moto's IAM that lets calls through one at a time and keeps what they change, in their order: the state of IAM
 * after each, which nobody could read from outside without being between two calls. Each call waits for a while that
 * differs, so that what terraform runs side by side comes in an order of its own.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../../runtime/fake-ssm/faults.ts'

/** What changed, as the parameters of the call; the ARN of a policy that was made is there too. */
export type IamChange = Readonly<Record<string, string>>

type RecordedIam = {
  readonly endpoint: string
  readonly changes: readonly IamChange[]
  readonly stop: () => Promise<void>
}

export async function recordIam(moto: string, seed: number): Promise<RecordedIam> {
  const changes: IamChange[] = []
  const random = seededRandom(seed)
  let last: Promise<unknown> = Promise.resolve()

  const pass = async (request: IncomingMessage, body: string, response: ServerResponse) => {
    const { authorization = '' } = request.headers
    const headers = { authorization, 'content-type': request.headers['content-type'] ?? '' }
    const answer = await fetch(moto, { method: 'POST', headers, body })
    const said = await answer.text()
    const call = Object.fromEntries(new URLSearchParams(body))
    const [, arn] = /<Arn>([^<]*)<\/Arn>/.exec(said) ?? []
    if (answer.ok && !/^(Get|List)/.test(call['Action'] ?? '')) {
      changes.push(
        call['Action'] === 'CreatePolicy' && arn !== undefined ? { ...call, PolicyArn: arn } : call,
      )
    }
    response.writeHead(answer.status, { 'content-type': 'text/xml' })
    response.end(said)
  }

  const server = createServer((request, response) => {
    const serve = async () => {
      const body = await text(request)
      if (!/Action=(Get|List)/.test(body)) await sleep(random() * 60)
      const turn = last.then(() => pass(request, body, response))
      last = turn.catch(() => undefined)
      await turn
    }
    serve().catch(() => response.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    endpoint: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    changes,
    async stop() {
      server.closeAllConnections()
      await once(server.close(), 'close')
    },
  }
}

/** The roles with what is attached to them, by the calls that changed it. */
export class IamState {
  readonly #documents = new Map<string, unknown>()
  readonly #attached = new Map<string, Set<string>>()

  /** @returns the roles that may now read more, or less. */
  apply(change: IamChange): readonly string[] {
    const { Action = '', PolicyArn: arn = '', RoleName: role = '', PolicyDocument: document = '' } = change
    if (Action === 'CreatePolicyVersion' && change['SetAsDefault'] !== 'true') return []
    if (Action === 'CreatePolicy' || Action === 'CreatePolicyVersion') {
      this.#documents.set(arn, JSON.parse(document))
      return this.#rolesOf(arn)
    }
    if (Action === 'AttachRolePolicy') {
      this.#attached.set(role, new Set([...(this.#attached.get(role) ?? []), arn]))
      return [role]
    }
    if (Action === 'DetachRolePolicy') {
      this.#attached.get(role)?.delete(arn)
      return [role]
    }
    if (Action === 'DeletePolicy') {
      const roles = this.#rolesOf(arn)
      if (roles.length > 0) throw new Error(`${arn} is deleted while it is attached to ${roles.join(', ')}`)
      this.#documents.delete(arn)
    }
    return []
  }

  documentsOf(role: string): readonly unknown[] {
    return [...(this.#attached.get(role) ?? [])].map((arn) => this.#documents.get(arn))
  }

  #rolesOf(arn: string): readonly string[] {
    return [...this.#attached].flatMap(([role, arns]) => (arns.has(arn) ? [role] : []))
  }
}
