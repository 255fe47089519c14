/**
 * How much the tests of one run try. `npm run test:unit` sets KEES_TEST_EFFORT to a fraction, for tests that take long.
 * `npm test`, and a file that is run by itself, try all.
 */
export function share(full: number): number {
  return Math.ceil(full * Number(process.env['KEES_TEST_EFFORT'] ?? 1))
}

/** Whether all is tried. Only then may a test expect that chance has led to some case often enough. */
export const triesAll: boolean = share(100) >= 100

/** For fast-check: with how many inputs a property is tried. */
export function runs(full: number): { readonly numRuns: number } {
  return { numRuns: Math.max(3, share(full)) }
}
