import { bundledPackages } from './bundled-packages.ts'

/**
 * The licences of the packages that a bundle holds, as a comment for its end: MIT, ISC and Apache-2.0 all ask that
 * their text goes along with a copy, and a bundle needs nothing beside it.
 *
 * @param inputs the files that the bundle is made from.
 * @param list the names of the files in a folder. @param read a file's text.
 * @returns an empty text where nothing is third-party.
 */
export function thirdPartyNotices(
  inputs: readonly string[],
  list: (folder: string) => readonly string[],
  read: (path: string) => string,
): string {
  const packagesOf = new Map<string, string[]>()
  for (const { folder, name, version, license } of bundledPackages(inputs, read)) {
    const file = list(folder).find((one) => /^licen[cs]e(\.(md|txt))?$/i.test(one))
    const text =
      file === undefined
        ? `Licence ${license}; the package holds no text of it.`
        : read(`${folder}/${file}`).trim()
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), `${name} ${version}`])
  }
  if (packagesOf.size === 0) return ''
  const notices = [...packagesOf].map(([text, packages]) => `${packages.join(', ')}:\n\n${text}`)
  const comment = ['Third-party software in this file:', ...notices].join('\n\n').replaceAll('*/', '* /')
  return `/*\n${comment}\n*/\n`
}
