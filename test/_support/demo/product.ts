// The product as an operator has it: a process, its HTTP answers and its status stream. Nothing of its insides.

import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

const ROOT = new URL('../../../', import.meta.url).pathname
const READY_WITHIN_MS = 40_000
const LOG_LINES = 40

export interface ProductOptions {
  readonly dataDir: string
  readonly env: Readonly<Record<string, string>>
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

export class Product {
  readonly origin: string
  readonly token: string
  readonly #port: number
  readonly #options: ProductOptions
  #child: ChildProcess | null = null
  /** The end of what the process wrote, for when it does not come up. */
  #log: string[] = []

  private constructor(port: number, options: ProductOptions) {
    this.#port = port
    this.#options = options
    this.origin = `http://127.0.0.1:${port}`
    this.token = randomBytes(24).toString('base64url')
  }

  static async prepare(options: ProductOptions): Promise<Product> {
    return new Product(await freePort(), options)
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  get log(): string {
    return this.#log.join('')
  }

  /** Starts the process and waits until it says that it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ['src/main.ts'], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'] ?? '',
        HOST: '127.0.0.1',
        PORT: String(this.#port),
        DATA_DIR: this.#options.dataDir,
        OPERATOR_TOKEN: this.token,
        LOG_FORMAT: 'json',
        ...this.#options.env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#log = [...this.#log, chunk.toString('utf8')].slice(-LOG_LINES)
      })
    }
    const until = performance.now() + READY_WITHIN_MS
    while (!(await this.#isReady())) {
      if (child.exitCode !== null || performance.now() > until) {
        throw new Error('the product did not become ready')
      }
      await wait(50)
    }
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.origin}/readyz`)).ok
    } catch {
      return false
    }
  }

  /** kill -9: it writes nothing, says nothing and closes nothing. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  /** SIGTERM, as a deploy does it. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM')
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), 10_000)
    await gone
    clearTimeout(late)
  }

  async ask(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await fetch(`${this.origin}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...init.headers },
    })
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

  async post<T>(path: string, body: unknown): Promise<T> {
    return (await this.ask(path, { method: 'POST', body: JSON.stringify(body) })).json() as Promise<T>
  }
}
