import type { attributeTable, Taker, ValuesOn } from './attribute-table.ts'

type Attributed<W extends Taker> = ValuesOn<typeof attributeTable, W> & {
  /** What follows the slash in the annotation's key, and the key in the file that the app reads. */
  readonly name: string
}

/** The creator makes it when it is missing. */
export type DynamicSecret = Attributed<'DYNAMIC'> & { readonly what: 'secret'; readonly kind: 'DYNAMIC' }

/** A person or another system stores it; kees only reads it. */
type ReferenceSecret = Attributed<'REFERENCE'> & {
  readonly what: 'secret'
  readonly kind: 'REFERENCE'
}

/** A setting that is no secret and is kept in the same store; only read. */
type Resource = Attributed<'resource'> & { readonly what: 'resource' }

export type Declaration = DynamicSecret | ReferenceSecret | Resource

/** The part after the colon of SSM's `name:selector`; undefined for the newest version. */
export function selectorOf(declaration: Declaration): string | undefined {
  if (declaration.what === 'secret' && declaration.kind === 'DYNAMIC') return undefined
  const { version, label } = declaration
  return version === undefined ? label : String(version)
}
