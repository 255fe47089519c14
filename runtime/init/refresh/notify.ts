/** Tells the app that other values were written: by a file that it watches, by a call to it, or by both. */
import { promises } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { InitEnv } from '../../../api/settings/init-env.ts'
import { openHttp } from '../../http/http-exchange.ts'
import { hostOfTransportError } from '../../http/transport-error.ts'
import { quotePath } from '../../files/quote-path.ts'
import { systemCode, systemReason } from '../../files/system-error.ts'
import { writeSynced } from '../../files/write-synced.ts'
import { formatUtc } from '../../utc-time.ts'

type Settings = Pick<InitEnv, 'notifyFile' | 'notifyUrl' | 'fileMode' | 'requestTimeout'>

/** @returns why the app could not be notified, if it could not. */
export async function notify(settings: Settings, now: Date): Promise<string | undefined> {
  const { notifyFile, notifyUrl, requestTimeout } = settings
  const reasons = [
    ...(notifyFile === '' ? [] : [await writeSignal(notifyFile, settings.fileMode, now)]),
    ...(notifyUrl === '' ? [] : [await call(notifyUrl, requestTimeout)]),
  ].filter((reason) => reason !== undefined)
  return reasons.length === 0 ? undefined : reasons.join('; ')
}

/** Another file each time, renamed, so that programs that watch the folder or the file see one change. */
async function writeSignal(path: string, mode: number, now: Date): Promise<string | undefined> {
  const temporary = join(dirname(path), `.${basename(path)}.new`)
  try {
    await promises.rm(temporary, { force: true })
    await writeSynced(temporary, `${formatUtc(now)}\n`, mode)
    await promises.rename(temporary, path)
    return undefined
  } catch (error) {
    const code = systemCode(error)
    if (code === undefined) throw error
    return `${quotePath(path)} (NOTIFY_FILE) cannot be written: ${systemReason(code)}`
  }
}

/** Redirects are not followed: they could lead anywhere. The app is called directly, and need not end its response. */
async function call(url: string, time: number): Promise<string | undefined> {
  const request = {
    service: 'the app',
    url,
    method: 'POST',
    headers: { connection: 'close' },
    timeout: time,
  } as const
  try {
    const code = await new Promise<number>((resolve, reject) => {
      openHttp()({ ...request, onStatus: resolve }).catch(reject)
    })
    return code >= 200 && code < 300 ? undefined : `the app (NOTIFY_URL) answers with ${code}`
  } catch (error) {
    const code = systemCode(error)
    if (code !== undefined) return `the app (NOTIFY_URL) cannot be called: ${systemReason(code)}`
    // A time-out, a connection that ends early, TLS or HTTP that is none.
    if (hostOfTransportError(error) !== undefined)
      return `the app (NOTIFY_URL) did not send an HTTP response within ${time} ms`
    throw error
  }
}
