#!/usr/bin/env node
// The hooks of .pre-commit-hooks.yaml: pre-commit runs this file in the user's repository, from its own clone of this one.
// On the machine's own Node, 20 or later: no packages, no TypeScript.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { runCommand } from './run-command.mjs'

const root = join(import.meta.dirname, '..')
const program = join(root, 'dist/kees')

/** @type {Readonly<Record<string, readonly string[]>>} */
const commands = {
  inject: ['inject', '--write'],
  verify: ['verify'],
  // What it prints is not shown.
  annotations: ['inject'],
}

const [hook = '', ...given] = process.argv.slice(2)
process.exitCode = await run(commands[hook] ?? [hook])

/** @param {readonly string[]} command */
async function run(command) {
  // pre-commit passes the flags of the configuration, then the names of the files. Both stay apart if a flag has the form --name=value.
  const flags = given.filter((arg) => arg.startsWith('-'))
  const files = given.filter((arg) => !arg.startsWith('-') && mayBeManifest(arg))
  if (files.length === 0) return 0
  if (!existsSync(program) && !(await build())) return 1
  const args = [...command, ...flags, ...files.map((file) => `--filename=${file}`)]
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
  if (error) process.stderr.write(`${error.message}\n`)
  return status ?? 1
}

/**
 * Most repositories have YAML of other programs too.
 *
 * @param {string} file
 */
function mayBeManifest(file) {
  return /\bapiVersion\b/.test(readFileSync(file, 'utf8'))
}

/** pre-commit makes a clone for each version: what is built once stays right. */
async function build() {
  const args = [join(root, 'scripts/with-setup.mjs'), '--no-dev', 'node', 'scripts/build.ts']
  const { code } = await runCommand(process.execPath, args, { cwd: root })
  return code === 0
}
