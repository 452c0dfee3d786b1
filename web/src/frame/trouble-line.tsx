// The one thing that is wrong now, in a line: what happened, since when, what happens next by itself, and one thing a
// person can do. Nothing when nothing is wrong.

import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { PlatformLive } from '../api/types.ts'
import { Button } from '../parts/button.tsx'
import { Glyph } from '../parts/state-chip.tsx'
import { Icon } from '../parts/icons.tsx'
import { Duration, Left } from '../parts/time.tsx'
import { toastProblem } from '../parts/toast.tsx'
import { reconnect } from '../state/facts.ts'
import { command } from '../state/room-commands.ts'
import type { Trouble } from '../state/trouble.ts'
import { trouble } from '../state/troubles.ts'
import { platformName } from '../words/platforms.ts'
import { t } from '../words/troubles.ts'
import { sayOr } from '../words/words.ts'

interface Told {
  readonly tone: 'bad' | 'warn'
  readonly glyph: ComponentChildren
  readonly what: string
  readonly since?: number | undefined
  readonly next?: ComponentChildren
  readonly href?: string
  readonly act?: { readonly label: string; readonly carryOut: () => unknown }
}

type FailureWords = typeof import('../words/egress-failures.ts').failureWords

/** The table of failures is loaded when there is one to tell of. */
const failureWords = signal<FailureWords | null>(null)

const Failure = ({ code, said }: { readonly code: string; readonly said: PlatformLive }) => {
  useEffect(() => {
    if (failureWords.peek() !== null) return
    import('../words/egress-failures.ts').then(
      (module) => void (failureWords.value = module.failureWords),
      () => undefined,
    )
  }, [])
  const words = failureWords.value
  return <>{words === null ? said.error : words(code, said).sentence}</>
}

/** One by its name, several by their number. */
const named = <K extends string>(
  rooms: readonly { readonly handle: string }[],
  one: K,
  many: (n: number) => string,
  say: (key: K, values: { readonly handle: string }) => string,
): string => {
  const [only] = rooms
  return rooms.length === 1 && only !== undefined ? say(one, { handle: only.handle }) : many(rooms.length)
}

const toldOf = (now: Trouble): Told => {
  const warning = <Icon name="warning" />
  switch (now.kind) {
    case 'lost':
      return {
        tone: 'bad',
        glyph: warning,
        what: t('lost'),
        since: now.since,
        next: t('lostNext'),
        act: { label: t('tryNow'), carryOut: reconnect },
      }
    case 'not_ready':
      return {
        tone: 'bad',
        glyph: warning,
        what: t('not_ready', { reason: sayOr(t, now.reason) }),
        href: '/system',
      }
    case 'quarantined': {
      const [room] = now.rooms
      const only = now.rooms.length === 1 ? room : undefined
      return {
        tone: 'bad',
        glyph: <Glyph state="quarantined" />,
        what: named(now.rooms, 'quarantined', (n) => t('quarantinedMany', { n }), t),
        since: only?.since,
        next: t('quarantinedNext'),
        href: only === undefined ? '/rooms?show=trouble' : `/rooms/${only.handle}`,
        ...(only !== undefined && {
          act: { label: t('release'), carryOut: () => command(only, 'release') },
        }),
      }
    }
    case 'archive_failing':
      return {
        tone: 'bad',
        glyph: <Glyph state="archiving.waiting" />,
        what: named(now.rooms, 'archive_failing', (n) => t('archive_failingMany', { n }), t),
        since: now.rooms[0]?.since,
        next: t('archiveNext'),
        href: '/rooms?show=trouble',
      }
    case 'egress_failed': {
      const one = now.live.platforms[now.platform]
      const more = now.more > 0 ? ` ${t('egressMore', { n: now.more })}` : ''
      const code = one?.error_code ?? null
      return {
        tone: 'bad',
        glyph: <Glyph state="failed" />,
        what:
          t('egress_failed', {
            platform: platformName(now.platform),
            handle: now.live.handle,
          }) + more,
        since: one?.since,
        next: one === undefined || code === null ? null : <Failure code={code} said={one} />,
        href: `/live/${now.live.handle}`,
      }
    }
    case 'sign_limited':
      return {
        tone: 'warn',
        glyph: warning,
        what: t('sign_limited'),
        next: (
          <>
            {t('signNext', { n: now.rooms.length })}
            {now.until !== null && (
              <>
                , {t('signUntil')} <Left until={now.until} />
              </>
            )}
          </>
        ),
        href: '/system',
      }
    case 'reconnecting':
      return {
        tone: 'warn',
        glyph: <Glyph state="live.reconnecting" />,
        what: named(now.rooms, 'reconnecting', (n) => t('reconnectingMany', { n }), t),
        since: now.rooms[0]?.since,
        next: t('reconnectingNext'),
        href: now.rooms.length === 1 ? `/rooms/${now.rooms[0]?.handle ?? ''}` : '/rooms?show=live',
      }
    case 'unknown_looks':
      return {
        tone: 'warn',
        glyph: warning,
        what: t('unknown_looks', { n: now.rooms.length }),
        next: t('unknownNext'),
        href: '/rooms?show=trouble',
      }
  }
}

export const TroubleLine = () => {
  const now = trouble.value
  const told = now === null ? null : toldOf(now)
  return (
    // The region is always there, so that what appears in it is read out.
    <div class="trouble-place grow" role="status" aria-label={t('status')}>
      {told !== null && (
        <div class={`trouble trouble-${told.tone}`}>
          <span class="trouble-glyph">{told.glyph}</span>
          <p class="trouble-text">
            <strong>{told.what}</strong>
            {told.since !== undefined && (
              <span aria-hidden="true">
                {' '}
                · <Duration from={told.since} />
              </span>
            )}
            {told.next !== undefined && told.next !== null && <span class="trouble-next"> {told.next}</span>}
          </p>
          {told.act !== undefined && (
            <Button
              small
              onClick={async () => {
                try {
                  await told.act?.carryOut()
                } catch (error) {
                  toastProblem(error)
                }
              }}
            >
              {told.act.label}
            </Button>
          )}
          {told.href !== undefined && (
            <a class="trouble-link" href={told.href}>
              {t('show')}
            </a>
          )}
        </div>
      )}
    </div>
  )
}
