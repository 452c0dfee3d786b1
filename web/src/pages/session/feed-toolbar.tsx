// What stands over the feed: which kinds are shown, what is looked for, whose lines alone.

import type { ComponentChildren } from 'preact'
import { useSignal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { Icon } from '../../parts/icons.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { t } from '../../words/feed.ts'
import type { FeedFilter } from './feed.ts'
import { GROUP_NAMES, type Group } from './kinds.ts'

/** Typing is not searched for letter by letter. */
const TYPED_MS = 250

const toggled = (groups: ReadonlySet<Group>, group: Group): ReadonlySet<Group> => {
  const next = new Set(groups)
  if (!next.delete(group)) next.add(group)
  return next.size === GROUP_NAMES.length ? new Set() : next
}

export const FeedToolbar = ({
  filter,
  person,
  searchLabel,
  children,
}: {
  readonly filter: Signal<FeedFilter>
  /** What the person whose lines alone are shown is called. */
  readonly person: string | null
  readonly searchLabel: string
  readonly children?: ComponentChildren
}) => {
  const { groups, search, userId } = filter.value
  const typed = useSignal(search)
  useEffect(() => {
    if (typed.value === filter.peek().search) return
    const timer = setTimeout(() => void (filter.value = { ...filter.peek(), search: typed.peek() }), TYPED_MS)
    return () => clearTimeout(timer)
  }, [typed.value])
  const choose = (next: ReadonlySet<Group>): void => {
    filter.value = { ...filter.peek(), groups: next }
  }
  return (
    <div class="feed-toolbar">
      <div class="feed-kinds" role="group" aria-label={t('kinds')}>
        <button type="button" class="kind" aria-pressed={groups.size === 0} onClick={() => choose(new Set())}>
          {t('all')}
        </button>
        {GROUP_NAMES.map((group) => (
          <button
            key={group}
            type="button"
            class="kind"
            aria-pressed={groups.has(group)}
            onClick={() => choose(toggled(groups, group))}
          >
            {t(group)}
          </button>
        ))}
      </div>
      <div class="row-wrap">
        <label class="feed-search grow">
          <Icon name="search" />
          <span class="unseen">{searchLabel}</span>
          <input
            type="search"
            class="input"
            value={typed.value}
            placeholder={searchLabel}
            maxLength={100}
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => void (typed.value = event.currentTarget.value)}
          />
        </label>
        {userId !== null && (
          <button
            type="button"
            class="button button-small"
            title={t('noOne')}
            onClick={() => void (filter.value = { ...filter.peek(), userId: null })}
          >
            <bdi>{t('onlyOne', { name: plainText(person ?? userId, 24) })}</bdi>
            <Icon name="close" size={12} />
          </button>
        )}
        {children}
      </div>
    </div>
  )
}
