import manifest from '../package.json' with { type: 'json' }

/** For the examples: the released one of this version. */
export const exampleImage = `bsycorp/kees-init:v${manifest.version}`
