// Who gave, wrote and liked most, and which gifts were given: of the session, or of the stretch that is chosen.

import { useSignal } from '@preact/signals'
import { Button } from '../../parts/button.tsx'
import { numberText } from '../../parts/figures.ts'
import { Stranger } from '../../parts/stranger.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { t } from '../../words/session-page.ts'
import { nameOf } from './event-line.ts'
import type { GiftKind, Leader, Stats } from './shapes.ts'

const FIRST = 10

const BOARDS = {
  gifters: 'diamonds',
  chatters: 'messages',
  likers: 'likes',
} as const
type Board = keyof typeof BOARDS | 'gifts'

const Places = ({
  board,
  rows,
}: {
  readonly board: keyof typeof BOARDS
  readonly rows: readonly Leader[]
}) => {
  const most = rows[0]?.amount ?? 1
  return (
    <table class="numbers-table board">
      <caption class="unseen">{t(board)}</caption>
      <thead class="unseen">
        <tr>
          <th scope="col">{t('place')}</th>
          <th scope="col">{t('person')}</th>
          <th scope="col">{t(BOARDS[board])}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={row.userId}>
            <td class="board-place">{index + 1}</td>
            <td class="board-name">
              <span class={`board-bar board-${board}`} style={{ width: `${(100 * row.amount) / most}%` }} />
              <Stranger text={nameOf(row)} max={40} />
              {row.nickname !== null && row.handle !== null && (
                <Stranger class="faint small" text={`@${row.handle}`} max={30} />
              )}
            </td>
            <td class="number">{numberText(row.amount)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const Gifts = ({ rows }: { readonly rows: readonly GiftKind[] }) => (
  <table class="numbers-table board">
    <caption class="unseen">{t('giftTable')}</caption>
    <thead>
      <tr>
        <th scope="col">{t('gift')}</th>
        <th scope="col" class="number">
          {t('times')}
        </th>
        <th scope="col" class="number">
          {t('streaks')}
        </th>
        <th scope="col" class="number">
          {t('diamonds')}
        </th>
      </tr>
    </thead>
    <tbody>
      {rows.map((row) => (
        <tr key={row.giftId}>
          <td>
            <Stranger text={row.name ?? row.giftId} max={40} />
          </td>
          <td class="number">{numberText(row.count)}</td>
          <td class="number">{numberText(row.streaks)}</td>
          <td class="number">{numberText(row.value)}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

export const Boards = ({
  stats,
  isStretch,
  loading,
}: {
  readonly stats: Stats
  readonly isStretch: boolean
  readonly loading: boolean
}) => {
  const board = useSignal<Board>('gifters')
  const isWhole = useSignal(false)
  const { leaderboards, gifts } = stats
  const chosen = board.value
  const all = chosen === 'gifts' ? gifts.rows : leaderboards[chosen]
  const count = isWhole.value ? all.length : Math.min(FIRST, all.length)
  return (
    <section class="panel stack-tight" aria-label={t('boards')} aria-busy={loading}>
      <h2 class="unseen">{t('boards')}</h2>
      <Tabs
        label={t('boards')}
        chosen={chosen}
        onChoose={(key) => void (board.value = key)}
        tabs={[
          { key: 'gifters', label: t('gifters') },
          { key: 'chatters', label: t('chatters') },
          { key: 'likers', label: t('likers') },
          { key: 'gifts', label: t('giftTable') },
        ]}
      >
        {all.length === 0 ? (
          <p class="muted board-nobody">{isStretch ? t('nobodyInSpan') : t('nobody')}</p>
        ) : chosen === 'gifts' ? (
          <Gifts rows={gifts.rows.slice(0, count)} />
        ) : (
          <Places board={chosen} rows={leaderboards[chosen].slice(0, count)} />
        )}
        {count < all.length && (
          <Button small tone="quiet" onClick={() => void (isWhole.value = true)}>
            {t('showMore')}
          </Button>
        )}
        {chosen !== 'gifts' && chosen !== 'gifters' && !leaderboards.exact && (
          <p class="small muted">{t('notExact')}</p>
        )}
      </Tabs>
    </section>
  )
}
