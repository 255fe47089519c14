/** Tells the app that other values were written: by a file that it watches, by a call to it, or by both. */
import { promises } from 'node:fs'
import * as http from 'node:http'
import { basename, dirname, join } from 'node:path'
import type { InitEnv } from '../../../api/settings/init-env.ts'
import { quotePath } from '../../files/quote-path.ts'
import { systemCode, systemReason } from '../../files/system-error.ts'
import { withTimeout } from '../../scheduling/with-timeout.ts'
import { writeSynced } from '../../files/write-synced.ts'

type Settings = Pick<InitEnv, 'notifyFile' | 'notifyUrl' | 'fileMode' | 'requestTimeout'>

/** @returns why the app could not be notified, if it could not. */
export async function notify(settings: Settings, now: Date): Promise<string | undefined> {
  const { notifyFile, notifyUrl, requestTimeout } = settings
  const reasons = [
    ...(notifyFile === '' ? [] : [await writeSignal(notifyFile, settings.fileMode, now)]),
    ...(notifyUrl === '' ? [] : [await call(new URL(notifyUrl), requestTimeout)]),
  ].filter((reason) => reason !== undefined)
  return reasons.length === 0 ? undefined : reasons.join('; ')
}

/** Another file each time, renamed, so that programs that watch the folder or the file see one change. */
async function writeSignal(path: string, mode: number, now: Date): Promise<string | undefined> {
  const temporary = join(dirname(path), `.${basename(path)}.new`)
  try {
    await promises.rm(temporary, { force: true })
    await writeSynced(temporary, `${now.toISOString()}\n`, mode)
    await promises.rename(temporary, path)
    return undefined
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return `${quotePath(path)} (NOTIFY_FILE) cannot be written: ${systemReason(code)}`
  }
}

/** Redirects are not followed: they could lead anywhere. */
async function call(url: URL, time: number): Promise<string | undefined> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : http
  const status = withTimeout(
    time,
    (signal) =>
      new Promise<number>((resolve, reject) => {
        const sent = request(url, { method: 'POST', headers: { 'content-length': 0 }, agent: false, signal })
        sent.on('error', reject)
        sent.on('response', (response) => {
          response.on('error', () => undefined).resume()
          resolve(response.statusCode ?? 0)
        })
        sent.end()
      }),
  )
  try {
    const code = await status
    return code >= 200 && code < 300 ? undefined : `the app (NOTIFY_URL) answers with ${code}`
  } catch (error) {
    const code = systemCode(error)
    if (code !== undefined) return `the app (NOTIFY_URL) cannot be called: ${systemReason(code)}`
    if (isOfTheCall(error)) return `the app (NOTIFY_URL) did not send an HTTP response within ${time} ms`
    throw error
  }
}

/** A time-out, a connection that ends early, TLS or HTTP that is none. */
function isOfTheCall(error: unknown): boolean {
  return (
    error instanceof Error &&
    !(error instanceof TypeError) &&
    (error.name === 'TimeoutError' || error.name === 'AbortError' || 'code' in error)
  )
}
