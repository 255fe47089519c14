import { bundledPackages } from './bundled-packages.ts'

/**
 * The licences of the packages in a bundle, as a comment at its end: MIT, ISC and Apache-2.0 require that a copy contains
 * their text, and a bundle is a single file.
 *
 * @param inputs the files that the bundle is made from.
 * @param list the names of the files in a folder. @param read a file's text.
 * @returns an empty text without third-party packages.
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
        ? `Licence ${license}; the package contains no licence text.`
        : read(`${folder}/${file}`).trim()
    packagesOf.set(text, [...(packagesOf.get(text) ?? []), `${name} ${version}`])
  }
  if (packagesOf.size === 0) return ''
  const notices = [...packagesOf].map(([text, packages]) => `${packages.join(', ')}:\n\n${text}`)
  const comment = ['Third-party software in this file:', ...notices].join('\n\n').replaceAll('*/', '* /')
  return `/*\n${ascii(comment)}\n*/\n`
}

/** One other character in a program, and Node keeps all of it with two bytes for each. Programs have no others: esbuild escapes them. */
function ascii(text: string): string {
  return text.replaceAll(/[“”]/g, '"').replaceAll(/[‘’]/g, "'").replaceAll('©', '(c)')
}
