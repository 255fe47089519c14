/**
 * The XML of STS and IAM: the names that are read are unique in an answer, or those of list members, and elements have no attributes.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
 */
import type { HttpResponse } from '../http/http-exchange.ts'

/** @param service for people. */
export function queryError({ status, body }: HttpResponse, service: string): Error {
  const $metadata = { httpStatusCode: status }
  // An HTML page of a proxy is not an answer of the service.
  if (status < 500 && element(body, 'Code') === undefined) {
    return Object.assign(new Error(`the response is not one of ${service}`), { $metadata })
  }
  return Object.assign(new Error(element(body, 'Message') ?? ''), {
    name: element(body, 'Code') ?? 'Unknown',
    $fault: status < 500 ? 'client' : 'server',
    $metadata,
  })
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

/** The text of the first element with that name. */
export function element(xml: string, name: string): string | undefined {
  const [text] = elements(xml, name)
  return text
}

/** The texts of all elements with that name that have no elements in them, in their order. */
export function elements(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text = '']) =>
    text.replace(/&(\w+);/g, (whole, entity: string) => entities[entity] ?? whole).trim(),
  )
}
