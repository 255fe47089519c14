export const secretKinds = ['DYNAMIC', 'REFERENCE'] as const
export type SecretKind = (typeof secretKinds)[number]

export const secretTypes = ['RSA', 'RANDOM', 'PASSWORD'] as const
export type SecretType = (typeof secretTypes)[number]

/** In bits. */
export const rsaSizes = [2048, 3072, 4096] as const
export const maxRandomSize = 8192

/** The sizes of a DYNAMIC secret, for a message. */
export function allowedSizes(type: SecretType): string {
  return type === 'RSA' ? `${rsaSizes.join(', ')} bits` : `a multiple of 8 from 8 to ${maxRandomSize} bits`
}

/** In bits; undefined where the text is not a size of the type. */
export function parseSize(type: SecretType, text: string): number | undefined {
  const size = /^[1-9][0-9]{0,5}$/.test(text) ? Number(text) : NaN
  const fits = type === 'RSA' ? rsaSizes.some((one) => one === size) : size % 8 === 0 && size <= maxRandomSize
  return fits ? size : undefined
}
