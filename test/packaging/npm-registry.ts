import { once } from 'node:events'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'

type Published = {
  readonly authorization: string | undefined
  readonly name: string
  readonly 'dist-tags': Readonly<Record<string, string>>
  readonly access: string
  readonly versions: Readonly<Record<string, { readonly dist: { readonly integrity: string } }>>
  readonly _attachments: Readonly<Record<string, { readonly data: string }>>
}

/** An npm registry on loopback that has nothing, and writes down what is published. */
export async function startNpmRegistry() {
  const published: Published[] = []
  const server = createServer(async (request, response) => {
    if (request.method === 'PUT') {
      const { authorization } = request.headers
      const body: Omit<Published, 'authorization'> = JSON.parse(await text(request))
      published.push({ authorization, ...body })
      response.writeHead(201).end('{}')
    } else response.writeHead(404).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { address: `127.0.0.1:${port}`, published, stop: () => server.close().closeAllConnections() }
}
