// The whole truth in one command: the console is built, then format, lint, types and every test (the style guide
// among them).
// Goes through all of it even when something is red, and ends with one line: `N passed, N failed`.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name) => join(root, 'node_modules', '.bin', name)
const scratch = mkdtempSync(join(tmpdir(), 'roomkeeper-check-'))
const report = join(scratch, 'tests.json')

const steps = [
  ['console', process.execPath, [join(root, 'scripts', 'build-web.mjs')]],
  ['format', bin('oxfmt'), ['--check']],
  ['lint', bin('oxlint'), ['--type-aware', '--deny-warnings']],
  ['types', bin('tsc'), []],
  ['types of the console', bin('tsc'), ['-p', 'web']],
  ['tests', bin('vitest'), ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]],
]

let passed = 0
let failed = 0
let skipped = 0
const red = []
for (const [name, command, args] of steps) {
  const from = process.hrtime.bigint()
  console.log(`\n── ${name}`)
  const { status } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  const seconds = (Number(process.hrtime.bigint() - from) / 1e9).toFixed(1)
  console.log(`── ${name}: ${status === 0 ? 'ok' : `failed (exit ${status})`} in ${seconds} s`)
  if (status === 0) passed += 1
  else {
    failed += 1
    red.push(name)
  }
}

try {
  const tests = JSON.parse(readFileSync(report, 'utf8'))
  passed += tests.numPassedTests
  failed += tests.numFailedTests
  skipped = tests.numPendingTests + tests.numTodoTests
} catch {
  console.log('The test runner left no report: it did not get to the end.')
  failed += 1
}
rmSync(scratch, { recursive: true, force: true })

if (red.length > 0) console.log(`\nRed: ${red.join(', ')}`)
console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(failed === 0 ? 0 : 1)
