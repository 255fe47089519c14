/** The platforms of images, by their OCI names, and what Node and the package registry call them. */
export const platforms = [
  { name: 'linux/amd64', arch: 'amd64', nodeArch: 'x64' },
  { name: 'linux/arm64', arch: 'arm64', nodeArch: 'arm64' },
] as const

export type Platform = (typeof platforms)[number]

/** The platform of a machine, by Node's name for its architecture. */
export function platformOf(nodeArch: string): Platform | undefined {
  return platforms.find((one) => one.nodeArch === nodeArch)
}
