/** How init writes the values for the app to read. */
export const secretsFormats = ['properties', 'dotenv', 'json', 'yaml', 'files'] as const
export type SecretsFormat = (typeof secretsFormats)[number]

/** The formats that this version of init writes; the others are refused, not ignored. */
export const supportedFormats = ['properties'] as const satisfies readonly SecretsFormat[]
export type SupportedFormat = (typeof supportedFormats)[number]

export type ParsedFormat =
  | { readonly format: SupportedFormat; readonly problem?: undefined }
  | { readonly format?: undefined; readonly problem: string; readonly toCome: boolean }

/** The problem is the end of a sentence that begins with the option's name. */
export function parseFormat(text: string): ParsedFormat {
  const format = supportedFormats.find((one) => one === text)
  if (format) return { format }
  const allowed = `allowed is ${supportedFormats.join(', ')}`
  const toCome = secretsFormats.find((one) => one === text)
  if (toCome) return { problem: `"${toCome}" is not supported yet: ${allowed}`, toCome: true }
  return { problem: `is not known: ${allowed}`, toCome: false }
}
