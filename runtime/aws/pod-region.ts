import type { Env } from '../../api/env.ts'
import { failed } from '../failure.ts'
import type { Exchange } from './http-exchange.ts'
import { openInstanceMetadata } from './instance-metadata.ts'
import { regionOf } from '../../api/store-env.ts'

/** The region of a pod: its environment's, else its machine's, which kube2iam lets through. Once found, it stays. */
export function podRegion(env: Env, requestTimeout: number, exchange: Exchange): () => Promise<string> {
  let region = regionOf(env)
  return async () => (region ??= await regionOfMachine())

  async function regionOfMachine(): Promise<string> {
    const metadata = openInstanceMetadata(env, requestTimeout, exchange)
    let detail = 'the instance metadata are switched off'
    try {
      const text = await metadata?.get('placement/region')
      if (text && /^[a-z0-9-]+$/.test(text)) return text
      if (text) detail = 'they name none'
    } catch (error) {
      detail = error instanceof Error ? error.message : ''
    }
    const message =
      'the AWS region is missing: the environment and the instance metadata name none: set AWS_REGION'
    throw failed({ code: 'REGION_MISSING', message, detail })
  }
}
