/**
 * Whether tests that take long run in full: by `npm run test:long`, and in `npm test` those whose sources changed
 * (scripts/tests/long-tests.ts). Else they show the same on less.
 */
export const isLong = process.env['KEES_TEST_LONG'] === '1'
