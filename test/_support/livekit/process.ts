// The stand-in as a process of its own: `node process.ts '{"scale":0.02,"ffmpeg":false}'` prints one line of JSON with
// what it is reached by and runs until its standard input ends, so that it never outlives whoever started it.

import { startControl } from './control.ts'
import { startFfmpeg } from './ffmpeg.ts'
import { startLiveKit, type LiveKitOptions } from './standin.ts'

export interface ProcessOptions extends Omit<LiveKitOptions, 'engine'> {
  /** Publishes real RTMP; default: simulated platforms. */
  readonly ffmpeg?: boolean
}

const { ffmpeg = false, ...options } = JSON.parse(process.argv[2] ?? '{}') as ProcessOptions
const livekit = await startLiveKit({ ...options, ...(ffmpeg ? { engine: await startFfmpeg() } : {}) })
const control = await startControl(livekit)
process.stdout.write(`${JSON.stringify({ env: livekit.env, control: control.origin })}\n`)

process.stdin.resume()
process.stdin.on('end', () => {
  void Promise.all([livekit.close(), control.close()]).then(() => process.exit(0))
})
