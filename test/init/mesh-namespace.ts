/**
 * Runs in a network namespace of its own, as root there: a pod whose outgoing traffic a service mesh redirects to a proxy, as
 * istio-init and linkerd-init do it with iptables. Prints what init did in each case, as JSON.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { connect, createServer as createTcp } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { formatAnnotationsFile } from '../../api/pod/annotations-file.ts'
import { eventually } from '../programs/eventually.ts'
import { dist } from '../programs/programs.ts'
import { untapped } from '../programs/untapped.ts'

const [folder = ''] = process.argv.slice(2)
/** An address outside of the pod, as far as init can tell. */
const [aws, port] = ['10.99.0.1', 8000]
/** Of Istio's proxy for outgoing traffic. */
const proxyPort = 15001

const system = (line: string) => {
  const [command = '', ...args] = line.split(' ')
  return execFileSync(command, args, { encoding: 'utf8' })
}
const nat = (rule: string) => system(`iptables -t nat ${rule}`)

system('ip link set lo up')
system(`ip address add ${aws}/32 dev lo`)
const annotations = join(folder, 'annotations')
writeFileSync(annotations, formatAnnotationsFile([['secret.bsycorp.com/a', 'kind=REFERENCE,type=PASSWORD']]))
const answer: RequestListener = (request, response) => {
  request.resume()
  response.end('{"Parameters":[{"Name":"/a","Value":"fakepassword","Version":1}],"InvalidParameters":[]}')
}
/** The store, and where the proxy of the mesh reaches it without being redirected again. */
for (const [host, at] of [
  [aws, port],
  ['127.0.0.1', 9000],
] as const)
  await once(createServer(answer).listen(at, host), 'listening')
const proxy = createTcp((socket) => void socket.pipe(connect(9000, '127.0.0.1')).pipe(socket))

async function init(name: string, deadline: string) {
  mkdirSync(join(folder, name))
  const child = spawn(...untapped(join(dist, 'init')), {
    env: {
      PATH: process.env['PATH'],
      ANNOTATIONS_FILE: annotations,
      SECRETS_FILE: join(folder, name, 'secret'),
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: `http://${aws}:${port}`,
      ALLOW_HTTP: 'true',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'fakesecret',
      DEADLINE: deadline,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const log = text(child.stderr)
  const [exit] = await once(child, 'close')
  return { exit: Number(exit), log: await log }
}
/** How many connections of the pod were redirected. */
const redirected = () => Number(/^ *(\d+) .*REDIRECT/m.exec(nat('-L OUTPUT -v -x -n'))?.[1] ?? 0)

// The mesh's own proxy is exempt by its user, which is another one than that of init.
nat(`-A OUTPUT -p tcp -d ${aws} --dport ${port} -m owner --uid-owner 1337 -j RETURN`)
nat(`-A OUTPUT -p tcp -d ${aws} --dport ${port} -j REDIRECT --to-ports ${proxyPort}`)
const results: Record<string, { readonly exit: number; readonly log: string }> = {}
results['no proxy'] = await init('none', '2s')

// The remedies of docs/network.md.
nat(`-I OUTPUT -p tcp -m owner --uid-owner ${process.getuid?.() ?? 0} -j RETURN`)
results['init is the user of the proxy'] = await init('user', '60s')
nat('-D OUTPUT 1')
nat(`-I OUTPUT -p tcp --dport ${port} -j RETURN`)
results['the port is excluded'] = await init('port', '60s')
nat('-D OUTPUT 1')

const before = redirected()
const late = init('late', '120s')
await eventually('init has called the store', () => redirected() > before)
await once(proxy.listen(proxyPort, '127.0.0.1'), 'listening')
results['the proxy comes up later'] = await late
process.stdout.write(JSON.stringify(results))
process.exit(0)
