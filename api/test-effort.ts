/**
 * How much the tests of one run try, as a fraction of all: KEES_TEST_EFFORT. `npm run test:unit` and `npm test` set it, for tests
 * that take long. `npm run test:long`, a file of test/ that `npm test` runs in full, and a file that is run by itself try all.
 */
export function share(full: number): number {
  return Math.ceil(full * Number(process.env['KEES_TEST_EFFORT'] ?? 1))
}

/** Whether so much is tried that chance leads to each kind of case. It does not in `npm run test:unit`. */
export const triesMany: boolean = share(100) >= 20

/** For fast-check: with how many inputs a property is tried. */
export function runs(full: number): { readonly numRuns: number } {
  return { numRuns: Math.max(1, share(full)) }
}
