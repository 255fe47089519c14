/**
 * The JSON Schema of the annotations, for editors: what they show at an annotation, and the mistakes that a pattern can see. It takes everything that kees takes:
 * kees itself finds more.
 */
import { type AttributeDescription, type Taker } from '../api/declaration/attribute-entry.ts'
import { attributeTable } from '../api/declaration/attribute-table.ts'
import { knownOn } from '../api/declaration/attribute-values.ts'
import { secretKinds, secretTypes } from '../api/declaration/secret-type.ts'
import { podSettings } from '../api/pod/pod-settings.ts'
import { secretsFormats } from '../api/secrets-format.ts'
import { schemaAddress } from './schema-address.ts'

const domain = String.raw`\.bsycorp\.com/`

const value = String.raw`(?:\s*"(?:[^"\\]|\\.)*"\s*|\s*(?:[^",\s][^,]*)?)`
const attribute = String.raw`\s*[A-Za-z][A-Za-z0-9_.-]*\s*=${value}`
const list = `${attribute}(?:,${attribute})*`

/** As a lookahead: one of the attributes is this one, with one of these values. */
function has(name: string, words: readonly string[]): string {
  const word = words.join('|')
  return String.raw`(?=(?:${attribute},)*\s*${name}\s*=\s*(?:(?:${word})\s*(?:,|$)|"(?:${word})"))`
}

export function annotationsSchema(): string {
  const annotations = { $ref: '#/$defs/annotations' }
  const metadata = { type: 'object', properties: { annotations } }
  const template = { type: 'object', properties: { metadata } }
  const job = { type: 'object', properties: { spec: { type: 'object', properties: { template } } } }
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: schemaAddress('annotations.schema.json'),
    title: 'a Kubernetes manifest whose pods have annotations of kees',
    type: 'object',
    properties: {
      metadata,
      spec: { type: 'object', properties: { template, jobTemplate: job } },
    },
    $defs: { annotations: annotationSchemas() },
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}

function annotationSchemas() {
  const settings = Object.keys(podSettings)
  const known = settings.join('|')
  const described = Object.entries(podSettings).map(([name, { meaning }]) => [
    `init.bsycorp.com/${name}`,
    {
      type: 'string',
      description: plain(meaning),
      ...(name === 'format' ? { enum: secretsFormats } : {}),
    },
  ])
  return {
    description: 'the annotations of the pod template; those of others are not judged',
    type: 'object',
    properties: Object.fromEntries(described),
    patternProperties: {
      [`^secret${domain}`]: {
        ...descriptionOf('a secret', secretKinds),
        type: 'string',
        pattern: `^${has('kind', secretKinds)}${has('type', secretTypes)}${list}$`,
        patternErrorMessage: `must be a list such as kind=REFERENCE,type=PASSWORD: kind is ${secretKinds.join(' or ')}, type one of ${secretTypes.join(', ')}`,
        examples: ['kind=DYNAMIC,type=RSA,size=2048', 'kind=REFERENCE,type=PASSWORD'],
      },
      [`^resource${domain}`]: {
        ...descriptionOf('a setting that is not secret', ['resource']),
        type: 'string',
        pattern: String.raw`^(?:\s*|${list})$`,
        patternErrorMessage: 'must be empty, or a list such as storageKey=name,default=5432',
        examples: ['', 'storageKey=orders/port,default=5432'],
      },
      [`^compose${domain}`]: {
        ...descriptionOf('a text that is made of the values of others', ['compose']),
        type: 'string',
        // The text may have any character up to the end.
        pattern: String.raw`^(?:${attribute},)*\s*text\s*=`,
        patternErrorMessage: 'must be a list whose last attribute is text=',
        examples: ['env=DB_URL,text=postgres://app:$(db.password:url)@$(db.host)/orders'],
      },
      [`^init${domain}(?!(?:${known})$)`]: false,
      [`^lease${domain}`]: false,
    },
  }
}

/** Editors show it where the cursor is: what it is, and its attributes. */
function descriptionOf(what: string, takers: readonly Taker[]) {
  const table: Readonly<Record<string, AttributeDescription>> = attributeTable
  const lines = knownOn(attributeTable, takers).map((name) => `${name}: ${plain(table[name]?.meaning ?? '')}`)
  return { description: [`${what}: a list of attribute=value, separated by commas`, ...lines].join('\n') }
}

/** Without Markdown, which not every editor shows. */
function plain(markdown: string): string {
  return markdown.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '')
}
