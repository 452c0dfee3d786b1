// The engine that really publishes: one ffmpeg a stream, with a small test picture and a tone that are encoded once.
// What ffmpeg says is put into LiveKit's words.

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parseAddress } from './addresses.ts'
import type { Engine, Push, PushEvents } from './engine.ts'

const CLIP_S = 10
/** A keyframe every two seconds, as platforms want it; about 100 kbit/s with the tone. */
const CLIP =
  `-f lavfi -i testsrc=size=160x90:rate=10 -f lavfi -i sine=frequency=440:sample_rate=44100 -t ${CLIP_S} ` +
  '-c:v libx264 -preset ultrafast -tune zerolatency -g 20 -b:v 60k -maxrate 80k -bufsize 80k -pix_fmt yuv420p ' +
  '-c:a aac -b:a 32k -f flv'

const binary = (): string => {
  try {
    return (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path
  } catch {
    return 'ffmpeg'
  }
}

const failure = (log: string, host: string, accepted: boolean): string => {
  if (accepted) return 'Connection error: connection closed remotely'
  if (log.includes('Connection refused')) {
    return `Failed to connect: Connection refused: Could not connect to ${host}: Connection refused`
  }
  return "Failed to connect: 'publish' cmd failed: connection closed remotely"
}

export class FfmpegEngine implements Engine {
  readonly name = 'ffmpeg'
  readonly #command: string
  readonly #folder: string
  readonly #children = new Set<ChildProcess>()
  readonly #endAll = () => {
    for (const child of this.#children) child.kill('SIGKILL')
  }

  constructor(command: string, folder: string) {
    this.#command = command
    this.#folder = folder
    process.once('exit', this.#endAll)
  }

  get clip(): string {
    return join(this.#folder, 'clip.flv')
  }

  push(url: string, events: PushEvents): Push {
    const input = `-hide_banner -nostdin -loglevel debug -re -stream_loop -1 -i ${this.clip}`.split(' ')
    const output = ['-c', 'copy', '-progress', 'pipe:1', '-f', 'flv', url]
    const child = spawn(this.#command, [...input, ...output], { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#children.add(child)
    let log = ''
    let asked = false
    let stopped = false
    let sent = 0
    child.stderr.on('data', (chunk: Buffer) => {
      log = `${log}${chunk.toString('utf8')}`.slice(-8_000)
      if (asked || stopped || !log.includes('Creating stream')) return
      asked = true
      events.creating()
    })
    child.stdout.on('data', (chunk: Buffer) => {
      const size = /total_size=(\d+)(?!.*total_size)/s.exec(chunk.toString('utf8'))?.[1]
      if (size !== undefined) sent = Number(size)
    })
    child.once('error', () => this.#children.delete(child))
    child.once('close', () => {
      this.#children.delete(child)
      if (stopped) return
      // ffmpeg sets out to write only when the platform has said that it may.
      events.failed(failure(log, parseAddress(url)?.host ?? '', log.includes("Output #0, flv, to '")))
    })
    return {
      sent: () => sent,
      stop: () => {
        if (stopped) return
        stopped = true
        child.kill('SIGTERM')
        // One whose peer does not read any more cannot say good-bye.
        setTimeout(() => child.kill('SIGKILL'), 500).unref()
      },
    }
  }

  async close(): Promise<void> {
    process.off('exit', this.#endAll)
    const ends = [...this.#children].map((child) => once(child, 'close'))
    this.#endAll()
    await Promise.all(ends)
    await rm(this.#folder, { recursive: true, force: true })
  }
}

export const startFfmpeg = async (): Promise<FfmpegEngine> => {
  const folder = await mkdtemp(join(tmpdir(), 'roomkeeper-ffmpeg-'))
  const engine = new FfmpegEngine(binary(), folder)
  await promisify(execFile)(binary(), ['-loglevel', 'error', '-y', ...CLIP.split(' '), engine.clip])
  return engine
}
