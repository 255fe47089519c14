// Imported before a test file with very many promises: tap's hook into each of them takes up to half of its time.
import { registerHooks } from 'node:module'
registerHooks({
  resolve: (specifier, context, nextResolve) =>
    nextResolve(
      specifier === 'async-hook-domain' ? import.meta.resolve('./error-domain.ts') : specifier,
      context,
    ),
})
