/** Other forms of a stored key: of type RSA the first two, of type GPG the last. */
export const keyForms = ['pem', 'jwk', 'armor'] as const
export type KeyForm = (typeof keyForms)[number]
