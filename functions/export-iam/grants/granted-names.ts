/** The names that one policy or one role is for. */
export type GrantedNames = {
  /** With their leading slash. */
  readonly parameters: readonly string[]
  /** Whole names of secrets of Secrets Manager. */
  readonly secrets: readonly string[]
}

export function countNames({ parameters, secrets }: GrantedNames): number {
  return parameters.length + secrets.length
}

/** Such as `3 parameters and 1 secret`. */
export function describeCount({ parameters, secrets }: GrantedNames): string {
  const of = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
  if (secrets.length === 0) return of(parameters.length, 'parameter')
  if (parameters.length === 0) return of(secrets.length, 'secret')
  return `${of(parameters.length, 'parameter')} and ${of(secrets.length, 'secret')}`
}

/** A name in one list with those of the other kind. The name of a parameter begins with a slash. */
export function declaredKey(kind: keyof GrantedNames, name: string): string {
  return kind === 'parameters' ? name : `secret ${name}`
}

export function declaredKeys({ parameters, secrets }: GrantedNames): readonly string[] {
  return [...parameters, ...secrets.map((name) => declaredKey('secrets', name))]
}
