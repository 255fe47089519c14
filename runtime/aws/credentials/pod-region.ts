import type { Env } from '../../../api/settings/env.ts'
import { failed } from '../../failure.ts'
import type { Exchange } from '../../http/http-exchange.ts'
import { regionHint } from '../aws-hint.ts'
import { hintOf, openInstanceMetadata } from './instance-metadata.ts'
import { regionOf } from '../../../api/settings/store-env.ts'

/** The region of a pod: from its environment, else from the instance metadata service (kube2iam passes that on). Cached once found. */
export function podRegion(env: Env, requestTimeout: number, exchange: Exchange): () => Promise<string> {
  let region = regionOf(env)
  return async () => (region ??= await regionOfMachine())

  async function regionOfMachine(): Promise<string> {
    const metadata = openInstanceMetadata(env, requestTimeout, exchange)
    let detail = 'the instance metadata service is disabled'
    let facts = {}
    try {
      const text = await metadata?.get('placement/region')
      if (text && /^[a-z0-9-]+$/.test(text)) return text
      if (text) detail = 'its response is not a region'
    } catch (error) {
      detail = error instanceof Error ? error.message : ''
      facts = hintOf(error)
    }
    const message =
      'the AWS region is missing: neither the environment nor the instance metadata service has one'
    throw failed({ code: 'REGION_MISSING', message, hint: regionHint, detail, ...facts })
  }
}
