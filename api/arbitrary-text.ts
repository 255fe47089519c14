import * as fc from 'fast-check'

type Limits = { readonly minLength?: number; readonly maxLength?: number }

/** Any text, lone surrogates among it. */
export function anyText(limits: Limits = {}) {
  const unit = fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code))
  return fc.string({ ...limits, unit })
}

/** Without lone surrogates. fast-check's own unit `binary` is the same, and takes more than a second to set up. */
export function wellFormedText(limits: Limits = {}) {
  const unit = fc
    .integer({ min: 0, max: 0x10ffff - 0x800 })
    .map((number) => String.fromCodePoint(number < 0xd800 ? number : number + 0x800))
  return fc.string({ ...limits, unit })
}
