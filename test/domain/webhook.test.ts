import * as Result from 'effect/Result'
import { describe, expect, it } from 'vitest'
import { FACTS } from '../../src/domain/facts.ts'
import { afterAttempt, REFUSALS_MAX, type Progress } from '../../src/domain/webhook-rules.ts'
import { shownUrl, webhookUrl } from '../../src/domain/webhook-url.ts'
import { factsOf, isFactPattern, type Delivery } from '../../src/domain/webhook.ts'

const OURS = ['127.0.0.1:9000', 'hooks.internal', '[fd00::5]:8080']
const isRight = (text: string): boolean => Result.isSuccess(webhookUrl(text, OURS))

describe('the address of a webhook', () => {
  it.each([
    'https://hooks.example.org/in',
    'https://hooks.example.org:8443/in?key=1',
    'https://93.184.216.34/',
    'http://127.0.0.1:9000/hook',
    'http://hooks.internal/hook',
    'http://[fd00::5]:8080/',
  ])('may be %s', (text) => expect(isRight(text)).toBe(true))

  it.each([
    'http://hooks.example.org/in',
    'https://hooks.example.org:22/',
    'https://hooks.example.org:25/',
    'https://user:secret@hooks.example.org/',
    'https://hooks.example.org/#part',
    'https://127.0.0.1/',
    'https://127.0.0.1:9001/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://localhost/',
    'https://localhost./',
    'https://metadata.google.internal/',
    'https://hooks',
    'ftp://hooks.example.org/',
    'file:///etc/passwd',
    'https://hooks.example.org/a b',
    'https://höoks.example.org/',
    `https://hooks.example.org/${'x'.repeat(2_048)}`,
    '',
  ])('may not be %s', (text) => expect(isRight(text)).toBe(false))

  it('is shown without what may be a secret', () => {
    expect(shownUrl(new URL('https://hooks.example.org/services/T000/B000/abcdefgh1234'))).toBe(
      'https://hooks.example.org/…1234',
    )
    expect(shownUrl(new URL('https://hooks.example.org/in'))).toBe('https://hooks.example.org/in')
  })
})

describe('the facts of a webhook', () => {
  it('are names, owners and everything, and nothing that no fact is called', () => {
    expect(['asset.missing', 'asset.*', '*'].map(isFactPattern)).toEqual([true, true, true])
    expect(['asset', 'asset.', 'asset.gone', 'assets.*', '**', '*.missing', ''].some(isFactPattern)).toBe(
      false,
    )
    expect(factsOf(['*'])).toEqual(FACTS)
    expect(factsOf(['gap.*', 'asset.missing', 'gap.opened'])).toEqual([
      'gap.opened',
      'gap.closed',
      'asset.missing',
    ])
  })
})

describe('what an attempt leads to', () => {
  const PACE = { retryBaseMs: 1_000, retryCapMs: 60_000, giveUpMs: 3_600_000 }
  const fails = (
    code: Extract<Delivery, { ok: false }>['code'],
    retryAfterMs: number | null = null,
  ): Delivery => ({
    ok: false,
    code,
    status: null,
    retryAfterMs,
  })
  const FRESH: Progress = { attempts: 0, failingSince: null }
  const waits = (attempts: number, chance: number): number => {
    const next = afterAttempt(PACE, { attempts, failingSince: 0 }, fails('failing'), 0, chance)
    return next.kind === 'again' ? next.nextAt : -1
  }

  it('waits twice as long each time, up to a limit, a fifth up or down', () => {
    expect([0, 1, 2, 3, 6, 60].map((attempts) => waits(attempts, 0.5))).toEqual([
      1_000, 2_000, 4_000, 8_000, 60_000, 60_000,
    ])
    expect([waits(0, 0), waits(0, 1)]).toEqual([800, 1_200])
  })

  it('waits at least as long as the receiver asks, and no longer than a day', () => {
    expect(afterAttempt(PACE, FRESH, fails('limited', 30_000), 0, 0.5)).toMatchObject({ nextAt: 30_000 })
    expect(afterAttempt(PACE, FRESH, fails('limited', 1e12), 0, 0.5)).toMatchObject({ nextAt: 86_400_000 })
  })

  it('gives up a webhook that took nothing for long, whichever messages were tried', () => {
    const long = { attempts: 2, failingSince: 1_000 }
    expect(afterAttempt(PACE, long, fails('timeout'), 3_600_999, 0.5).kind).toBe('again')
    expect(afterAttempt(PACE, long, fails('timeout'), 3_601_000, 0.5)).toMatchObject({
      kind: 'disable',
      reason: 'failing',
    })
    expect(afterAttempt(PACE, long, { ok: true, status: 200 }, 9e9, 0.5)).toEqual({ kind: 'delivered' })
  })

  it('puts only what is refused aside, and only after some tries', () => {
    const almost = { attempts: REFUSALS_MAX - 1, failingSince: 0 }
    expect(afterAttempt(PACE, FRESH, fails('refused'), 0, 0.5).kind).toBe('again')
    expect(afterAttempt(PACE, almost, fails('refused'), 0, 0.5)).toEqual({
      kind: 'aside',
      progress: { attempts: REFUSALS_MAX, failingSince: 0 },
    })
    for (const code of ['failing', 'timeout', 'unreachable', 'redirected', 'host_private'] as const) {
      expect(afterAttempt(PACE, almost, fails(code), 0, 0.5).kind, code).toBe('again')
    }
  })

  it('is not kept young by a clock that was set back', () => {
    const next = afterAttempt(PACE, { attempts: 1, failingSince: 9_000 }, fails('failing'), 1_000, 0.5)
    expect(next.kind === 'again' && next.progress.failingSince).toBe(1_000)
  })
})
