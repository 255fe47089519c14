// Compares the manifests with those of the branch that the pull request goes into, for the summary of the job and for the comment.
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { baseFiles } from './base-files.mjs'
import { boundedTable } from './bounded-table.mjs'
import { commentId, pathInput, runKees, runStep, setOutput, StepError } from './step.mjs'

/** GitHub shows at most 1 MiB of a summary. */
const mostInSummary = 500_000

await runStep(() => {
  const id = commentId()
  const manifests = pathInput('manifests')
  if (manifests === undefined) throw new StepError('input manifests is required')
  const given = pathInput('old')
  if (given === undefined && process.env['GITHUB_EVENT_NAME'] !== 'pull_request') return 0

  const folder = mkdtempSync(join(process.env['RUNNER_TEMP'] ?? tmpdir(), 'kees-diff-'))
  const config = pathInput('export-config')
  const [old, oldConfig] =
    given === undefined ? baseFiles(folder, [manifests, ...(config ? [config] : [])]) : [given]
  const policy = pathInput('policy')
  const { status, stdout } = runKees([
    'diff',
    '--format=markdown',
    '--recursive',
    ...(config === undefined ? [] : [`--config=${config}`]),
    ...(oldConfig === undefined ? [] : [`--old-config=${oldConfig}`]),
    ...(policy === undefined ? [] : [`--policy=${policy}`]),
    old ?? '/dev/null',
    manifests,
  ])
  const text = status === 0 ? stdout : '`kees diff` failed: the log of the job shows why.\n'
  const file = join(folder, `${id}.md`)
  writeFileSync(file, text)
  const summary = `### ${id}: who gains and who loses access\n\n${boundedTable(text, mostInSummary)}\n`
  appendFileSync(process.env['GITHUB_STEP_SUMMARY'] ?? '/dev/null', summary)
  setOutput('file', file)
  setOutput('changed', status === 0 ? String(text.startsWith('| ')) : '')
  return status
})
