/**
 * What the creator is compared with: a client that only receives the lists of pods, page after page, or receives and parses each page
 * as a whole. Run as a program with the address and `parse`, it prints its own cost as JSON.
 */
import { execFile } from 'node:child_process'
import { Agent, get, type IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import type { Measurement } from './measure-command.ts'

type PlainClient = 'receives' | 'parses'

export async function measurePlainList(url: string, client: PlainClient): Promise<Measurement> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, url, client])
  const measurement: Measurement = JSON.parse(stdout)
  return measurement
}

/** @returns where the next page begins; undefined on the last page. */
async function readPage(page: IncomingMessage, client: PlainClient): Promise<string | undefined> {
  const chunks: Buffer[] = []
  for await (const chunk of page) {
    // The metadata of the list comes before its items.
    if (Buffer.isBuffer(chunk) && (client === 'parses' || chunks.length === 0)) chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString()
  if (client === 'receives') return /^[^[]*"continue":"([^"]+)"/.exec(text)?.[1]
  const list: { metadata: { continue?: string } } = JSON.parse(text)
  return list.metadata.continue
}

if (import.meta.main) {
  const [, , url = '', asked] = process.argv
  const client = asked === 'parses' ? 'parses' : 'receives'
  const agent = new Agent({ keepAlive: true })
  let next: string | undefined
  do {
    const path = `/api/v1/pods?limit=500${next === undefined ? '' : `&continue=${next}`}`
    const page = await new Promise<IncomingMessage>((resolve, reject) =>
      get(`${url}${path}`, { agent }, resolve).on('error', reject),
    )
    next = await readPage(page, client)
  } while (next !== undefined)
  agent.destroy()
  const { user, system } = process.cpuUsage()
  const measurement: Measurement = {
    wallSeconds: performance.now() / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }
  process.stdout.write(JSON.stringify(measurement))
}
