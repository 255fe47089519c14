export const secretTypes = ['RSA', 'RANDOM', 'PASSWORD'] as const
export type SecretType = (typeof secretTypes)[number]

/** Which stored version is read; without a pin, the newest. SSM writes both as `name:selector`. */
export type Pin =
  { readonly by: 'version'; readonly version: number } | { readonly by: 'label'; readonly label: string }

type Named = {
  /** What follows the slash in the annotation's key, and the key in the file that the app reads. */
  readonly name: string
  /** Stands in for the name in the parameter's name. */
  readonly storageKey?: string
}

/** The creator makes it when it is missing. */
export type DynamicSecret = Named & {
  readonly what: 'secret'
  readonly kind: 'DYNAMIC'
  readonly type: SecretType
  /** Bits: the key length of RSA, the number of random bits of RANDOM, eight times the characters of PASSWORD. */
  readonly size: number
}

/** A person or another system stores it; kees only reads it. */
export type ReferenceSecret = Named & {
  readonly what: 'secret'
  readonly kind: 'REFERENCE'
  readonly type: SecretType
  readonly pin?: Pin
}

/** A setting that is no secret and lives in the same store; only read. */
export type Resource = Named & { readonly what: 'resource'; readonly pin?: Pin }

export type Declaration = DynamicSecret | ReferenceSecret | Resource

/** The part after the colon of SSM's `name:selector`. */
export function selectorOf(declaration: Declaration): string | undefined {
  if (!('pin' in declaration) || declaration.pin === undefined) return undefined
  return declaration.pin.by === 'version' ? String(declaration.pin.version) : declaration.pin.label
}
