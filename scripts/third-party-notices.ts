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
  const folders = new Set(inputs.flatMap((input) => packageFolder.exec(input)?.[0] ?? []))
  const packagesOf = new Map<string, string[]>()
  for (const folder of [...folders].toSorted()) {
    const file = list(folder).find((one) => /^licen[cs]e(\.(md|txt))?$/i.test(one))
    const { name, version, license } = readPackage(read(`${folder}/package.json`))
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

const packageFolder = /^.*node_modules\/(@[^/]+\/)?[^/]+/

type Package = { readonly name: string; readonly version: string; readonly license: string }

function readPackage(text: string): Package {
  const { name, version, license }: Partial<Record<keyof Package, unknown>> = JSON.parse(text)
  if (typeof name === 'string' && typeof version === 'string' && typeof license === 'string') {
    return { name, version, license }
  }
  throw new Error(`the package.json of ${String(name)} names no version or licence`)
}
