import * as fc from 'fast-check'

/** Any text, lone surrogates among it. fast-check's own unit `binary` is the same, and takes more than a second to set up. */
export function anyText(limits: { readonly minLength?: number; readonly maxLength?: number } = {}) {
  const unit = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code))
  return fc.string({ ...limits, unit })
}
