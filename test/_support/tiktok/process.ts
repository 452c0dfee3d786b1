// The stand-in as a process of its own: `node process.ts '{"port":0}'` prints one line of JSON with both origins
// and runs until its standard input ends, so that it never outlives whoever started it.

import { startControl } from './control.ts'
import { startTikTok, type TikTokOptions } from './standin.ts'

const options = JSON.parse(process.argv[2] ?? '{}') as TikTokOptions
const tiktok = await startTikTok(options)
const control = await startControl(tiktok)
process.stdout.write(`${JSON.stringify({ origin: tiktok.origin, control: control.origin })}\n`)

process.stdin.resume()
process.stdin.on('end', () => {
  void Promise.all([tiktok.close(), control.close()]).then(() => process.exit(0))
})
