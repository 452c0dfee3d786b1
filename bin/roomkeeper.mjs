#!/usr/bin/env node
// Starts the command line with the Node this project pins. It uses nothing but built-ins, and no newer syntax
// than Node 18 knows, because the Node that reads it may be an older one.

import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import * as module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const cli = join(root, 'src', 'cli.ts')

const stop = (message) => {
  console.error(message)
  process.exit(69)
}

/** The package that holds the pinned Node for this machine, and its version. */
const pinned = () => {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const name = [
    `node-${process.platform}-${process.arch}`,
    `node-bin-${process.platform}-${process.arch}`,
  ].find((candidate) => optionalDependencies[candidate] !== undefined)
  if (name === undefined) {
    return stop(
      `There is no packaged Node for ${process.platform}-${process.arch}: run "node src/cli.ts" with Node 26.`,
    )
  }
  return { name, version: optionalDependencies[name] }
}

/** Packages lie beside this project, or further up when it is itself a package. */
const installed = (path) => {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', path)
    if (existsSync(found)) return found
    if (dirname(folder) === folder) return null
  }
}

const { name, version } = pinned()
if (installed('effect') === null) stop(`The packages are not installed. Run "npm ci" in ${root}.`)

// Compiled code is kept beside the packages, where nobody else can put any: it halves the time to start.
const cache = join(root, 'node_modules', '.cache', 'compiled')

if (process.versions.node === version) {
  module.enableCompileCache(cache)
  await import(pathToFileURL(cli).href)
} else {
  const node = installed(join(name, 'bin', 'node')) ?? installed(join('.bin', 'node'))
  if (node === null) stop(`Node ${version} is not installed (the package ${name}). Run "npm ci" in ${root}.`)
  const env = { NODE_COMPILE_CACHE: cache, ...process.env }
  const child = spawn(node, [cli, ...process.argv.slice(2)], { stdio: 'inherit', env })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends its signals to the child too; a second one would mean "hurry".
      if (signal === 'SIGTERM' || !process.stdin.isTTY) child.kill(signal)
    })
  }
  child.on('error', (error) => stop(`Node could not be started: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code === null ? (signal === 'SIGINT' ? 130 : 143) : code))
}
