export const secretKinds = ['DYNAMIC', 'REFERENCE'] as const
export type SecretKind = (typeof secretKinds)[number]

/** What the creator can generate. */
export const generatedTypes = ['RSA', 'RANDOM', 'PASSWORD', 'GPG'] as const
export type GeneratedType = (typeof generatedTypes)[number]

export const secretTypes = [...generatedTypes, 'TEXT'] as const
export type SecretType = (typeof secretTypes)[number]

/** Those that are stored as a private and a public part. */
const keyTypes = ['RSA', 'GPG'] as const
export type KeyType = (typeof keyTypes)[number]

/** In bits. */
export const rsaSizes = [2048, 3072, 4096] as const
export const maxRandomSize = 8192

export function isGenerated(type: SecretType): type is GeneratedType {
  return generatedTypes.some((one) => one === type)
}

export function isKey(type: SecretType): type is KeyType {
  return keyTypes.some((one) => one === type)
}

/** The sizes of a DYNAMIC secret, for a message. */
export function allowedSizes(type: GeneratedType): string {
  return isKey(type) ? `${rsaSizes.join(', ')} bits` : `a multiple of 8 from 8 to ${maxRandomSize} bits`
}

/** In bits; undefined where the text is not a size of the type. */
export function parseSize(type: GeneratedType, text: string): number | undefined {
  const size = /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : NaN
  const fits = isKey(type) ? rsaSizes.some((one) => one === size) : size % 8 === 0 && size <= maxRandomSize
  return fits ? size : undefined
}
