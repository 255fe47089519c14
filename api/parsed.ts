/** A value that passed its check, or the end of a sentence that begins with the name of what was checked. */
export type Parsed<T> =
  | { readonly value: T; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: string }
