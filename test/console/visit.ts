// A person before the console: signs in, opens pages, and keeps an eye on what must never happen anywhere (requests
// to other origins, violations of the policy, errors in the page). Screenshots are left in artefacts/console.

import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page, Request } from 'playwright-core'
import { expect } from 'vitest'
import { acquireBrowser } from '../_support/browser.ts'
import type { Product } from '../_support/product.ts'

const SHOTS = fileURLToPath(new URL('../../artefacts/console/', import.meta.url))
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface VisitOptions {
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
  /** Null: not signed in. */
  readonly token?: string | null
}

export class Visit {
  readonly context: BrowserContext
  readonly page: Page
  /** What went wrong in the page, in its own words. */
  readonly wrong: string[] = []
  /** Every request of the page. */
  readonly requests: Request[] = []
  readonly #release: () => Promise<void>
  readonly #origin: string

  constructor(context: BrowserContext, page: Page, origin: string, release: () => Promise<void>) {
    this.context = context
    this.page = page
    this.#origin = origin
    this.#release = release
    page.on('pageerror', (error) => this.wrong.push(`error: ${error.message}`))
    page.on('console', (message) => {
      const text = message.text()
      // A refusal is an answer; a connection that was cut is what some tests are about.
      const isAnswer = /Failed to load resource|net::ERR_/.test(text)
      if (message.type() === 'error' && !isAnswer) this.wrong.push(`console: ${text}`)
    })
    page.on('request', (request) => {
      this.requests.push(request)
      const url = request.url()
      if (!url.startsWith(`${origin}/`) && !/^(?:data|blob):/.test(url)) this.wrong.push(`foreign: ${url}`)
    })
    page.on('response', (response) => {
      if (response.status() === 500) this.wrong.push(`500: ${response.url()}`)
    })
  }

  async open(path: string): Promise<void> {
    await this.page.goto(this.#origin + path)
    await this.settled()
  }

  /** There is a heading, and nothing says that it still loads. */
  async settled(): Promise<void> {
    await this.page.locator('h1').first().waitFor()
    await this.page.locator('[aria-busy="true"]').first().waitFor({ state: 'detached' })
  }

  /** What axe finds wrong, as `rule: where`. */
  async axe(): Promise<readonly string[]> {
    await this.#drawn()
    await this.page.evaluate(AXE)
    const violations = await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        readonly axe: {
          readonly run: (options: object) => Promise<{
            readonly violations: readonly {
              readonly id: string
              readonly nodes: readonly {
                readonly target: readonly unknown[]
                readonly failureSummary?: string
              }[]
            }[]
          }>
        }
      }
      const found = await axe.run({ resultTypes: ['violations'] })
      return found.violations.map(({ id, nodes }) => {
        const places = nodes
          .slice(0, 3)
          .map(({ target, failureSummary }) => `${String(target)} (${failureSummary})`)
        return `${id}: ${places.join(' | ')}`
      })
    })
    return violations
  }

  /** How far the page is wider than the window, pixels. */
  overflow(): Promise<number> {
    return this.page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
  }

  /** Moves the focus with Tab until it is on something of this name. */
  async tabTo(name: RegExp): Promise<void> {
    const seen: string[] = []
    for (let presses = 0; presses < 80; presses += 1) {
      await this.page.keyboard.press('Tab')
      const text = await this.page.evaluate<string>(
        `(({ ariaLabel, textContent, value }) => ariaLabel || textContent || value || '')(document.activeElement)`,
      )
      if (name.test(text.trim())) return
      seen.push(text.trim().slice(0, 40))
    }
    throw new Error(`no ${name} among what has the focus: ${[...new Set(seen)].join(' | ')}`)
  }

  /** The event streams that the page asked for: the address and where it resumes. */
  streams(): readonly string[] {
    return this.requests
      .filter((request) => new URL(request.url()).pathname === '/api/stream')
      .map((request) => `${request.url()} last-event-id: ${request.headers()['last-event-id'] ?? ''}`)
  }

  async shoot(name: string): Promise<void> {
    mkdirSync(SHOTS, { recursive: true })
    await this.#drawn()
    await this.page.screenshot({ path: `${SHOTS}${name}.png` })
  }

  /** Another theme is drawn with the frame after the next. */
  async #drawn(): Promise<void> {
    await this.page.evaluate(
      'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
    )
  }

  async close(): Promise<void> {
    await this.context.close()
    await this.#release()
  }
}

/** Opens a browser's window before this product. */
export const visit = async (
  product: Pick<Product, 'origin' | 'token'>,
  options: VisitOptions = {},
): Promise<Visit> => {
  const { theme = 'light', width = 1280, height = 800, token = product.token } = options
  const { browser, release } = await acquireBrowser()
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width, height },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    reducedMotion: 'reduce',
  })
  context.setDefaultTimeout(30_000)
  const { origin } = product
  if (token !== null) {
    const answer = await context.request.post(`${origin}/api/login`, { data: { token }, headers: { origin } })
    if (!answer.ok()) throw new Error(`signing in was answered ${answer.status()}: ${await answer.text()}`)
  }
  return new Visit(context, await context.newPage(), origin, release)
}

/** A window for as long as something is done in it; fails when anything went wrong in the page. */
export const visiting = async (
  product: Pick<Product, 'origin' | 'token'>,
  options: VisitOptions,
  act: (v: Visit) => Promise<void>,
): Promise<void> => {
  const v = await visit(product, options)
  try {
    await act(v)
    expect(v.wrong).toEqual([])
  } finally {
    await v.close()
  }
}
