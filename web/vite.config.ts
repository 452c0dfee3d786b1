// How the console is built: hashed files below /console/, no inlined bytes, and a line a file on how heavy it is.
// Serving it, and compressing what is served, is not done here.

import { gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const kb = (bytes: number): string => `${(bytes / 1000).toFixed(1).padStart(7)} kB`

/** Prints the weight of every file, and of all of them without what is loaded only for 3D previews. */
const sizes = (): Plugin => ({
  name: 'sizes',
  writeBundle(_options, bundle) {
    let total = 0
    const lines = Object.values(bundle).map((file) => {
      const bytes = Buffer.from(file.type === 'chunk' ? file.code : file.source)
      const zipped = gzipSync(bytes, { level: 9 }).length
      const counts = !file.fileName.includes('/three')
      if (counts) total += zipped
      return {
        zipped,
        line: `${kb(bytes.length)} ${kb(zipped)} gz  ${file.fileName}${counts ? '' : '  (3D)'}`,
      }
    })
    for (const { line } of lines.toSorted((a, b) => b.zipped - a.zipped)) console.log(line)
    console.log(`All pages together, without the 3D preview: ${kb(total).trim()} gzipped.`)
  },
})

/**
 * Every style sheet begins with the order of the layers: whichever comes first to a page sets it, and the minifier
 * leaves the statement out where it looks needless.
 */
const layers = (): Plugin => ({
  name: 'layers',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue
      const text = typeof file.source === 'string' ? file.source : Buffer.from(file.source).toString('utf8')
      file.source = `@layer tokens,base,parts,frame,pages;${text}`
    }
  },
})

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: false,
  plugins: [layers(), sizes()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact', development: false } },
  build: {
    outDir: 'dist',
    assetsDir: 'console',
    // Says which file needs which: the limits on what a page weighs are checked by it. It is not served.
    manifest: true,
    assetsInlineLimit: 0,
    target: 'es2023',
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // What only 3D previews need is one file apart, so that its weight is not the page's.
        codeSplitting: { groups: [{ name: 'three', test: /node_modules\/(three|@pixiv)\// }] },
      },
    },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/openapi.json': 'http://127.0.0.1:8080' } },
})
