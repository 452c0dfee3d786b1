// Imports of keys that are in the store already: the last ones, and sending a list.

import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { api, request } from '../../api/fetch.ts'
import type { Page } from '../../api/types.ts'
import { Button } from '../../parts/button.tsx'
import { Check } from '../../parts/fields.tsx'
import { numberText } from '../../parts/figures.ts'
import { Content } from '../../parts/notes.tsx'
import { Table } from '../../parts/table.tsx'
import { Time } from '../../parts/time.tsx'
import { toast } from '../../parts/toast.tsx'
import { useHeard } from '../../state/heard.ts'
import { useLoad } from '../../state/load.ts'
import { t } from '../../words/system.ts'
import type { Import } from './types.ts'

const SHOWN = 20
const AGAIN_MS = 4_000
const MEDIA: Readonly<Record<string, string>> = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
  csv: 'text/csv',
}

const Outcomes = ({ job }: { readonly job: Import }) => {
  const whole = useSignal<Import | null>(null)
  // What was told of one that goes on is old as soon as more was looked at.
  const told = whole.value
  const shown = Object.entries((told !== null && told.looked >= job.looked ? told : job).outcomes)
  if (shown.length > 0) {
    return (
      <span class="row-wrap end">
        {shown.map(([outcome, count]) => (
          <span key={outcome} class="system-tag">
            {outcome} {numberText(count)}
          </span>
        ))}
      </span>
    )
  }
  return (
    <Button
      small
      tone="quiet"
      onClick={async () => void (whole.value = await api.get<Import>(`/api/s3/imports/${job.id}`))}
    >
      {t('details')}
    </Button>
  )
}

export const Imports = () => {
  const imports = useLoad(
    (signal) => api.get<Page<Import>>('/api/s3/imports', { signal, query: { limit: SHOWN } }),
    [],
    { everyMs: AGAIN_MS },
  )
  useHeard(({ name }) => name === 'asset.imported', imports.reload, [imports])
  const input = useRef<HTMLInputElement>(null)
  const dry = useSignal(true)
  const busy = useSignal(false)
  const send = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return
    const media = MEDIA[file.name.split('.').at(-1)?.toLowerCase() ?? '']
    if (media === undefined) return toast(t('importWrong'), 'problem')
    busy.value = true
    try {
      const query = dry.value ? { dry_run: true } : {}
      await request('POST', '/api/s3/import', { query, headers: { 'content-type': media } }, file)
      toast(t('importStarted'))
      await imports.reload()
    } finally {
      busy.value = false
    }
  }
  const chosen = useSignal<File | null>(null)
  return (
    <section class="panel stack-tight">
      <header class="row-wrap">
        <h2>{t('imports')}</h2>
        <span class="end row-wrap">
          <Check label={t('importDry')} checked={dry.value} onChange={(on) => void (dry.value = on)} />
          <input
            ref={input}
            type="file"
            hidden
            accept=".json,.ndjson,.jsonl,.csv"
            aria-label={t('importList')}
            onChange={({ currentTarget }) => {
              chosen.value = currentTarget.files?.[0] ?? null
              currentTarget.value = ''
            }}
          />
          {chosen.value === null ? (
            <Button icon="upload" onClick={() => input.current?.click()}>
              {t('importList')}
            </Button>
          ) : (
            <Button
              tone="main"
              icon="upload"
              busy={busy.value}
              onClick={async () => {
                const file = chosen.value ?? undefined
                chosen.value = null
                await send(file)
              }}
            >
              {`${t('importList')}: ${chosen.value.name.slice(0, 40)}`}
            </Button>
          )}
        </span>
      </header>
      <p class="muted">{t('importsText')}</p>
      <Content of={imports} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="muted">{t('importEmpty')}</p>
          ) : (
            <Table
              caption={t('imports')}
              rows={items}
              keyOf={({ id }) => String(id)}
              columns={[
                {
                  key: 'when',
                  label: t('when'),
                  main: true,
                  cell: ({ started_at: at, dry_run: isDry }) => (
                    <>
                      <Time at={at} /> {isDry && <span class="system-tag">{t('dry')}</span>}
                    </>
                  ),
                },
                {
                  key: 'state',
                  label: t('state'),
                  cell: ({ state, error_code: code }) => (
                    <span class="system-job" data-job={state}>
                      {t(`import_${state}`)}
                      {code !== null && ` · ${code}`}
                    </span>
                  ),
                },
                { key: 'keys', label: t('keys'), number: true, cell: ({ keys }) => numberText(keys) },
                { key: 'looked', label: t('looked'), number: true, cell: ({ looked }) => numberText(looked) },
                {
                  key: 'outcomes',
                  label: t('outcomes'),
                  number: true,
                  cell: (job) => <Outcomes job={job} />,
                },
              ]}
            />
          )
        }
      </Content>
    </section>
  )
}
