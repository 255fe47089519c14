import { failed } from '../../runtime/failure.ts'

/** JSON that kubectl printed. Rejects what is none, such as the page of a proxy. */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw failed({
      code: 'BAD_ANSWER',
      service: 'Kubernetes API',
      host: 'unknown',
      message: 'the response is not one of the Kubernetes API',
      hint: 'check the address in the kubeconfig, and the proxy in front of it',
    })
  }
}
