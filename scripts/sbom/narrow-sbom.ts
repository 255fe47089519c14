import { createHash } from 'node:crypto'
import type { Shipped } from '../licences/shipped-packages.ts'

/** What npm writes: https://cyclonedx.org/docs/1.5/json/. Only the fields that are used. */
export type Sbom = {
  readonly metadata: Readonly<Record<string, unknown>> & {
    readonly component: Readonly<Record<string, unknown>>
  }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
  readonly [field: string]: unknown
}

type Component = { readonly name: string; readonly version: string; readonly 'bom-ref': string }

export type Subject = {
  readonly type: 'container' | 'application'
  readonly name: string
  readonly version: string
  /** https://github.com/package-url/purl-spec */
  readonly purl: string
  readonly description: string
}

/**
 * The SBOM of the lockfile, reduced to the packages of one image or package. Throws if the lockfile has no entry for
 * one of them. Reproducible: the serial number is a hash, and the time is an argument.
 */
export function narrowSbom(whole: Sbom, subject: Subject, shipped: readonly Shipped[], time: Date): Sbom {
  const components = shipped.map(({ name, version }) => {
    const found = whole.components.find((one) => one.name === name && one.version === version)
    if (found === undefined)
      throw new Error(`the lockfile has no ${name} ${version}, which ships in ${subject.name}`)
    return found
  })
  const refs = new Set(components.map((one) => one['bom-ref']))
  const ref = `${subject.name}@${subject.version}`
  const dependencies = [
    // A bundle contains all of them, direct and transitive dependencies.
    { ref, dependsOn: [...refs] },
    ...whole.dependencies
      .filter((one) => refs.has(one.ref))
      .map((one) => ({ ...one, dependsOn: (one.dependsOn ?? []).filter((other) => refs.has(other)) })),
  ]
  const { metadata, serialNumber: _, ...rest } = whole
  const bill = {
    ...rest,
    metadata: {
      ...metadata,
      timestamp: time.toISOString(),
      component: { ...metadata.component, ...subject, 'bom-ref': ref, properties: [] },
    },
    components,
    dependencies,
  }
  return { ...bill, serialNumber: `urn:uuid:${uuidOf(JSON.stringify(bill))}` }
}

/** A name-based UUID of version 8: https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
