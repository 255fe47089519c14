// Checks the manifests. kees prints its errors as workflow commands, which GitHub shows on the lines of the pull request.
import { choiceInput, pathInput, runKees, runStep, StepError } from './step.mjs'

await runStep(() => {
  const mode = choiceInput('mode', ['verify', 'inject-check', 'inject'])
  const manifests = pathInput('manifests')
  if (manifests === undefined) throw new StepError('input manifests is required')
  const [module, injectConfig, exportConfig] = [
    pathInput('module'),
    pathInput('inject-config'),
    pathInput('export-config'),
  ]
  const policy = flag('policy', pathInput('policy'))
  const common = ['--report', 'github', '--recursive', `--filename=${manifests}`, ...policy]
  const toInject = [...common, ...flag('config', injectConfig)]
  const toExport = [...common, ...flag('config', exportConfig)]
  const checks = [
    ...(mode === 'inject' ? [['inject', '--write', ...toInject]] : []),
    mode === 'inject-check'
      ? ['inject', '--check', ...toInject]
      : ['verify', ...toInject, ...flag('config', exportConfig)],
    ...(module === undefined ? [] : [['export', `--check=${module}`, ...toExport]]),
  ]
  for (const args of checks) {
    const { status } = runKees(args)
    // What is wrong with a manifest would be reported again.
    if (status !== 0) return status
  }
  return 0
})

/**
 * @param {string} name
 * @param {string | undefined} value
 */
function flag(name, value) {
  return value === undefined ? [] : [`--${name}=${value}`]
}
