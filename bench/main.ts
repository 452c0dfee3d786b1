// `npm run bench -- [names] [--quick]`: runs benchmarks one after the other, prints their tables and keeps them as
// JSON in bench/results. Ratios hold on any machine; absolute numbers are this machine's, now.

import { mkdir, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { print, type Bench, type Figure } from './figures.ts'
import { describe, lookAtMachine, watchSteal } from './machine.ts'

const BENCHES: Readonly<Record<string, () => Promise<{ readonly bench: Bench }>>> = {
  decode: () => import('./decode.ts'),
  writer: () => import('./writer.ts'),
  ingest: () => import('./ingest.ts'),
  latency: () => import('./latency.ts'),
  archive: () => import('./archive.ts'),
  boot: () => import('./boot.ts'),
  memory: () => import('./memory.ts'),
  sse: () => import('./sse.ts'),
  outbound: () => import('./outbound.ts'),
  assets: () => import('./assets.ts'),
  exports: () => import('./exports.ts'),
  backup: () => import('./backup.ts'),
  console: () => import('./console.ts'),
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
})
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES)
const unknown = names.filter((name) => !(name in BENCHES))
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`no such benchmark: ${unknown.join(', ')}`)
  console.log(`npm run bench -- [${Object.keys(BENCHES).join('|')}] [--quick]`)
  process.exit(unknown.length > 0 ? 2 : 0)
}

const machine = lookAtMachine()
const command = `npm run bench -- ${[...names, ...(values.quick ? ['--quick'] : [])].join(' ')}`
console.log(`${command}\n${describe(machine)}`)

const folder = new URL('results/', import.meta.url)
await mkdir(folder, { recursive: true })
const startedAt = new Date()
const results: unknown[] = []
for (const name of names) {
  const { bench } = await BENCHES[name]!()
  const figures: Figure[] = []
  const steal = watchSteal()
  for await (const figure of await bench({ quick: values.quick })) {
    console.log(print(figure))
    figures.push(figure)
  }
  const stealPercent = steal()
  if (stealPercent !== null)
    console.log(`Taken by other machines on this host: ${stealPercent.toFixed(1)} %\n`)
  results.push({ name, figures, stealPercent })
  const file = new URL(`${startedAt.toISOString().replaceAll(':', '-')}.json`, folder)
  await writeFile(file, `${JSON.stringify({ command, startedAt, machine, results }, null, 2)}\n`)
}
