// Values of a machine's memory as people read them: moments as times, nothing as a dash, the rest as short JSON.

import type { ComponentChildren } from 'preact'
import { Lasting, Time } from '../../parts/time.tsx'
import { plainText } from '../../parts/plain-text.ts'
import { t } from '../../words/machines.ts'
import type { Change, Context } from './types.ts'

/** Numbers as large as these are moments. */
const MOMENT_MIN = 1_000_000_000_000
const MOMENT_MAX = 9_999_999_999_999

export const isMoment = (name: string, value: unknown): value is number =>
  typeof value === 'number' &&
  value >= MOMENT_MIN &&
  value <= MOMENT_MAX &&
  /(?:^|[a-z])(?:at|until|since|heardat|liveSince)$/i.test(name)

export const Value = ({
  name,
  value,
}: {
  readonly name: string
  readonly value: unknown
}): ComponentChildren => {
  if (value === null || value === undefined || value === '') return <span class="faint">{t('none')}</span>
  if (typeof value === 'boolean') return <span>{t(value ? 'yes' : 'no')}</span>
  if (isMoment(name, value)) return <Time at={value} />
  if (typeof value === 'number') {
    return /Ms$|^ms$/.test(name) ? <Lasting ms={value} /> : <span class="number">{value}</span>
  }
  if (typeof value === 'string') return <bdi class="hostile">{plainText(value, 200)}</bdi>
  const entries = Object.entries(value)
  if (entries.length === 0) return <span class="faint">{t('none')}</span>
  return (
    <span class="value-parts">
      {entries.map(([key, part]) => (
        <span key={key} class="value-part">
          {!Array.isArray(value) && <span class="faint">{key} </span>}
          <Value name={key} value={part} />
        </span>
      ))}
    </span>
  )
}

export const Changes = ({ changes }: { readonly changes: readonly Change[] }) => {
  if (changes.length === 0) return <p class="muted small">{t('noChanges')}</p>
  return (
    <table class="diff">
      <caption class="unseen">{t('changes')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('field')}</th>
          <th scope="col">{t('before')}</th>
          <th scope="col">{t('after')}</th>
        </tr>
      </thead>
      <tbody>
        {changes.map(({ field, before, after }) => (
          <tr key={field}>
            <th scope="row" class="mono">
              {field}
            </th>
            <td class="diff-before">
              <Value name={field} value={before} />
            </td>
            <td class="diff-after">
              <Value name={field} value={after} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export const Fields = ({ label, fields }: { readonly label: string; readonly fields: Context }) => (
  <dl class="fields" aria-label={label}>
    {Object.entries(fields).map(([name, value]) => (
      <div key={name}>
        <dt class="mono muted">{name}</dt>
        <dd>
          <Value name={name} value={value} />
        </dd>
      </div>
    ))}
  </dl>
)
