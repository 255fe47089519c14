import type { Taker, ValuesOn } from './attribute-entry.ts'
import type { attributeTable } from './attribute-table.ts'
import type { GeneratedType } from './secret-type.ts'

type Attributed<W extends Taker> = ValuesOn<typeof attributeTable, W> & {
  /** What follows the slash in the annotation's key, and the key in the file that the app reads. */
  readonly name: string
}

/** The creator makes it when it is missing. */
export type DynamicSecret = Attributed<'DYNAMIC'> & {
  readonly what: 'secret'
  readonly kind: 'DYNAMIC'
  readonly type: GeneratedType
}

/** A person or another system stores it; kees only reads it. */
type ReferenceSecret = Attributed<'REFERENCE'> & {
  readonly what: 'secret'
  readonly kind: 'REFERENCE'
}

/** A setting that is no secret and is kept in the same store; only read. */
type Resource = Attributed<'resource'> & { readonly what: 'resource' }

/** What is stored. */
export type StoredDeclaration = DynamicSecret | ReferenceSecret | Resource

/** A text that is made of the values of what is stored. It belongs to the secrets. */
export type Composition = Attributed<'compose'> & { readonly what: 'compose' }

export type Declaration = StoredDeclaration | Composition

/** Whether its value is in AWS Secrets Manager, where names and selectors have other rules. */
export function isInSecretsManager(declaration: StoredDeclaration): boolean {
  return pinned(declaration)?.from === 'secretsmanager'
}

/** The part after the colon of SSM's `name:selector`; undefined for the newest version, and for Secrets Manager. */
export function selectorOf(declaration: StoredDeclaration): string | undefined {
  const { from, version, label } = pinned(declaration) ?? {}
  return from === undefined ? (version ?? label) : undefined
}

/** Which version of a secret of Secrets Manager is read: by a staging label, or by a version ID. */
type SecretPin =
  | { readonly stage: string; readonly versionId?: never }
  | { readonly versionId: string; readonly stage?: never }

/** Undefined for the current version, and for Parameter Store. */
export function secretPinOf(declaration: StoredDeclaration): SecretPin | undefined {
  const { from, version, label } = pinned(declaration) ?? {}
  if (from === undefined) return undefined
  if (version !== undefined) return { versionId: version }
  return label === undefined ? undefined : { stage: label }
}

function pinned(declaration: StoredDeclaration): ReferenceSecret | Resource | undefined {
  return declaration.what === 'secret' && declaration.kind === 'DYNAMIC' ? undefined : declaration
}
