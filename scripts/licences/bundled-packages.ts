const packageFolder = /^.*node_modules\/(@[^/]+\/)?[^/]+/

export type BundledPackage = {
  /** Relative to the root of the clone. */
  readonly folder: string
  readonly name: string
  readonly version: string
  /** An SPDX expression. */
  readonly license: string
}

/** The third-party packages in a bundle. @param inputs the files that it is made from. @param read a file's text. */
export function bundledPackages(
  inputs: readonly string[],
  read: (path: string) => string,
): readonly BundledPackage[] {
  const folders = new Set(inputs.flatMap((input) => packageFolder.exec(input)?.[0] ?? []))
  return [...folders].toSorted().map((folder) => ({ folder, ...readPackage(read(`${folder}/package.json`)) }))
}

type Package = Omit<BundledPackage, 'folder'>

function readPackage(text: string): Package {
  const { name, version, license }: Partial<Record<keyof Package, unknown>> = JSON.parse(text)
  if (typeof name === 'string' && typeof version === 'string' && typeof license === 'string') {
    return { name, version, license }
  }
  throw new Error(`the package.json of ${String(name)} names no version or licence`)
}
