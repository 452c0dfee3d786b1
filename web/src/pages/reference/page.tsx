// The reference of the API, drawn from the document that this server answers. It asks nobody else for anything.

import { useSignal } from '@preact/signals'
import { api } from '../../api/fetch.ts'
import { Field } from '../../parts/fields.tsx'
import { Content, Empty } from '../../parts/notes.tsx'
import { Table } from '../../parts/table.tsx'
import { Tabs } from '../../parts/tabs.tsx'
import { route, setQuery } from '../../router.tsx'
import { useLoad } from '../../state/load.ts'
import { sayOr } from '../../words/words.ts'
import { t } from '../../words/reference.ts'
import { matching, operationsOf, type Document } from './document.ts'
import { OperationView } from './operation.tsx'
import { Schemas as Named, ShapeView } from './shape.tsx'
import './page.css'

const VIEWS = ['operations', 'schemas', 'problems', 'failures'] as const
type View = (typeof VIEWS)[number]

const Operations = ({ of }: { readonly of: Document }) => {
  const text = useSignal('')
  const found = matching(operationsOf(of), text.value)
  const chosen = route.value.query.get('request')
  return (
    <div class="stack">
      <Field
        label={t('search')}
        bare
        type="search"
        placeholder={t('searchHint')}
        value={text.value}
        onInput={(value) => (text.value = value)}
      />
      <p class="muted small" role="status">
        {t('found', { n: found.length })}
      </p>
      {found.length === 0 && <Empty title={t('none')}>{t('noneMore')}</Empty>}
      {of.tags.map(({ name }) => {
        const own = found.filter(({ tags }) => tags.includes(name))
        return own.length === 0 ? null : (
          <section key={name} class="stack-tight">
            <h2>{sayOr(t, `tag_${name}`)}</h2>
            <div class="panel reference-list">
              {own.map((operation) => (
                <OperationView
                  key={operation.operationId}
                  operation={operation}
                  schemas={of.components.schemas}
                  isChosen={operation.operationId === chosen}
                  onOpen={(isOpen) => setQuery({ request: isOpen ? operation.operationId : null })}
                />
              ))}
            </div>
          </section>
        )
      })}
    </div>
  )
}

const Schemas = ({ of }: { readonly of: Document }) => (
  <div class="panel reference-list">
    {Object.entries(of.components.schemas).map(([name, shape]) => (
      <details key={name} class="reference-operation">
        <summary>
          <code class="reference-path">{name}</code>
        </summary>
        <div class="reference-inside">
          <ShapeView shape={shape} />
        </div>
      </details>
    ))}
  </div>
)

const Problems = ({ of }: { readonly of: Document }) => (
  <Table
    caption={t('problems')}
    rows={of['x-problems']}
    keyOf={({ code }) => code}
    columns={[
      { key: 'code', label: t('code'), main: true, cell: ({ code }) => <code>{code}</code> },
      { key: 'status', label: t('status'), cell: ({ status }) => status },
      { key: 'says', label: t('says'), cell: ({ title }) => title },
      { key: 'again', label: t('again'), cell: ({ again }) => sayOr(t, `again_${again}`) },
    ]}
  />
)

const Failures = ({ of }: { readonly of: Document }) => (
  <Table
    caption={t('failures')}
    rows={of['x-failures']}
    keyOf={({ code }) => code}
    columns={[
      { key: 'code', label: t('code'), main: true, cell: ({ code }) => <code>{code}</code> },
      { key: 'whose', label: t('whose'), cell: ({ fault }) => fault },
      { key: 'says', label: t('says'), cell: ({ sentence }) => sentence },
      { key: 'again', label: t('again'), cell: ({ again }) => sayOr(t, `again_${again}`) },
      { key: 'advice', label: t('advice'), cell: ({ advice }) => advice },
    ]}
  />
)

const VIEW = { operations: Operations, schemas: Schemas, problems: Problems, failures: Failures } as const

export default function Page() {
  const document = useLoad((signal) => api.get<Document>('/openapi.json', { signal }))
  const asked = route.value.query.get('view')
  const view: View = VIEWS.find((one) => one === asked) ?? 'operations'
  const Chosen = VIEW[view]
  return (
    <div class="stack reference">
      <div>
        <h1>{t('title')}</h1>
        <p class="muted">
          {t('lead')}
          <a href="/openapi.json" target="_blank" rel="noreferrer">
            openapi.json
          </a>
        </p>
      </div>
      <Tabs
        label={t('views')}
        tabs={VIEWS.map((key) => ({ key, label: t(key) }))}
        chosen={view}
        onChoose={(key) => setQuery({ view: key === 'operations' ? null : key })}
      >
        <Content of={document} lines={12}>
          {(data) => (
            <Named.Provider value={data.components.schemas}>
              <Chosen of={data} />
            </Named.Provider>
          )}
        </Content>
      </Tabs>
    </div>
  )
}
