import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

type Comment = { readonly id: number; readonly user: { readonly login: string } | null; body: string }

/** The comments of one pull request, as GitHub's REST API has them, on loopback. */
export async function startFakeGitHub(login: string) {
  const comments: Comment[] = []
  const calls: string[] = []
  /** Answers of the next calls, in place of the real ones. */
  const refusals: number[] = []
  let last = 0
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://github')
    const [method, id] = [request.method ?? '', Number(/\/comments\/(\d+)$/.exec(pathname)?.[1])]
    calls.push(`${method} ${pathname}`)
    const answer = (status: number, content?: unknown) =>
      response.writeHead(status).end(content === undefined ? '' : JSON.stringify(content))
    const refused = refusals.shift()
    if (refused !== undefined) return answer(refused, { message: 'refused' })
    if (request.headers.authorization !== 'Bearer fake-token') return answer(401, { message: 'no token' })
    const size = Number(searchParams.get('per_page'))
    const start = size * (Number(searchParams.get('page')) - 1)
    if (method === 'GET') return answer(200, comments.slice(start, start + size))
    if (method === 'DELETE') {
      comments.splice(
        comments.findIndex((one) => one.id === id),
        1,
      )
      return answer(204)
    }
    const { body }: { body: string } = JSON.parse(await text(request))
    if (body.length > 65_536) return answer(422, { message: 'Body is too long' })
    const found = comments.find((one) => one.id === id)
    if (found) found.body = body
    else comments.push({ id: ++last, user: { login }, body })
    return answer(found ? 200 : 201, { id: last })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    address: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    comments,
    calls,
    refusals,
    add: (user: Comment['user'], body: string) => comments.push({ id: ++last, user, body }),
    stop: () => server.close().closeAllConnections(),
  }
}
