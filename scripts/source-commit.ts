import { gitOutput } from './source-time.ts'

/** The commit that the programs are built from; `-dirty` behind it if the files differ. Empty without git. */
export function sourceCommit(root: string): string {
  return gitOutput(root, 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*') ?? ''
}
