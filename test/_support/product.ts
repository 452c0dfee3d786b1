// The product as an operator has it: a process, its HTTP answers, everything it printed. Nothing of its insides.

import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'

const ROOT = new URL('../../', import.meta.url).pathname
const LISTENS_WITHIN_MS = 150_000
const LISTENS = /listens on (http:\/\/[^"\s]+)/
const LOG_CHARACTERS = 6_000

export interface ProductOptions {
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
  /** Arguments for Node before the product's own file. */
  readonly nodeArgs?: readonly string[]
  /** Another tree with the product in it, and how it is started there: arguments for Node, the file among them. */
  readonly root?: string
  readonly args?: readonly string[]
  /** What it runs under: `['strace', …]`, `['prlimit', …]`. It must replace itself, or pass signals on. */
  readonly around?: readonly string[]
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Milliseconds after the last signal that was sent. */
  readonly afterMs: number
}

export class Product {
  readonly token: string
  readonly dataDir: string
  readonly #options: ProductOptions
  #origin = ''
  #child: ChildProcess | null = null
  #chunks: string[] = []
  #signalledAt = 0
  #listens: Promise<void> = Promise.resolve()
  #ended: Promise<Ended> = Promise.resolve({ code: null, signal: null, afterMs: 0 })

  constructor(options: ProductOptions) {
    this.#options = options
    this.dataDir = options.dataDir
    this.token = options.env['OPERATOR_TOKEN'] ?? randomBytes(24).toString('base64url')
  }

  /** Where it answers; as a rule at another port after each start. */
  get origin(): string {
    return this.#origin
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Everything printed by all runs so far. */
  get output(): string {
    return this.#chunks.join('')
  }

  /** The end of what was printed. */
  get log(): string {
    return this.output.slice(-LOG_CHARACTERS)
  }

  /** How the current run ended, once it has. */
  get ended(): Promise<Ended> {
    return this.#ended
  }

  /** Done when the current run accepts connections; fails when it ends before. */
  get listens(): Promise<void> {
    return this.#listens
  }

  /** Starts the process and does not wait for anything; `env` is added for this run alone. */
  spawn(env: Readonly<Record<string, string>> = {}): ChildProcess {
    if (this.isRunning) throw new Error('it runs already')
    const [command = '', ...args] = [
      ...(this.#options.around ?? []),
      process.execPath,
      ...(this.#options.args ?? [...(this.#options.nodeArgs ?? []), 'src/main.ts']),
    ]
    const child = spawn(command, args, {
      cwd: this.#options.root ?? ROOT,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOST: '127.0.0.1',
        PORT: '0',
        DATA_DIR: this.dataDir,
        OPERATOR_TOKEN: this.token,
        LOG_FORMAT: 'json',
        ...this.#options.env,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#signalledAt = performance.now()
    const from = this.#chunks.length
    this.#ended = new Promise((done) => {
      child.once('close', (code, signal) =>
        done({ code, signal, afterMs: performance.now() - this.#signalledAt }),
      )
    })
    this.#listens = new Promise((done, fail) => {
      const timer = setTimeout(() => fail(new Error(`it does not listen:\n${this.log}`)), LISTENS_WITHIN_MS)
      const hear = (chunk: Buffer) => {
        this.#chunks.push(chunk.toString('utf8'))
        const url = LISTENS.exec(this.#chunks.slice(from).join(''))?.[1]
        if (url === undefined) return
        this.#origin = url
        clearTimeout(timer)
        child.stdout.off('data', hear)
        child.stdout.on('data', (more: Buffer) => this.#chunks.push(more.toString('utf8')))
        done()
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', (chunk: Buffer) => this.#chunks.push(chunk.toString('utf8')))
      child.once('close', (code, signal) => {
        clearTimeout(timer)
        fail(new Error(`it ended with ${code ?? signal} before it listened:\n${this.log}`))
      })
    })
    this.#listens.catch(() => undefined)
    return child
  }

  /** Starts the process and waits until it accepts connections. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.spawn(env)
    await this.#listens
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.isRunning) throw new Error(`it is gone, so ${signal} cannot be sent`)
    this.#signalledAt = performance.now()
    this.#child?.kill(signal)
  }

  async end(signal: NodeJS.Signals): Promise<Ended> {
    if (this.isRunning) this.signal(signal)
    return this.#ended
  }

  /** Nobody reads any more what it prints. */
  closePipes(): void {
    this.#child?.stdout?.destroy()
    this.#child?.stderr?.destroy()
  }

  /** kill -9: it writes nothing, says nothing and closes nothing. */
  async kill(): Promise<void> {
    await this.end('SIGKILL')
  }

  /** SIGTERM, as a deploy does it; killed when that does not end it. */
  async stop(): Promise<void> {
    const child = this.#child
    if (child === null || !this.isRunning) return
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000)
    // A process that was stopped by SIGSTOP hears nothing else.
    child.kill('SIGCONT')
    await this.end('SIGTERM')
    clearTimeout(late)
  }

  /** Any request, whatever is answered. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.origin}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...init.headers },
    })
  }

  /** A request that must succeed. */
  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.request(path, init)
    if (!response.ok) {
      throw new Error(
        `${init.method ?? 'GET'} ${path} was answered ${response.status}: ${await response.text()}`,
      )
    }
    return response
  }

  async get<T>(path: string): Promise<T> {
    return (await this.ask(path)).json() as Promise<T>
  }

  async post<T>(path: string, body: unknown = {}): Promise<T> {
    return (await this.ask(path, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<T>
  }

  async patch<T>(path: string, body: unknown): Promise<T> {
    return (await this.ask(path, { method: 'PATCH', body: JSON.stringify(body) })).json() as Promise<T>
  }
}

/** A child of ours that is not the product: its whole output and how it ended. */
export const ran = async (
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number | null; readonly out: string; readonly err: string }> => {
  const child = spawn(command, [...args], {
    cwd: options.cwd ?? ROOT,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => (texts.out += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => (texts.err += chunk.toString('utf8')))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...texts }
}
