// One request: who may send it, what it takes, what comes back, and how to send it from a terminal. What is inside
// is drawn when it is opened.

import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { Button } from '../../parts/button.tsx'
import { Table } from '../../parts/table.tsx'
import { toast, toastProblem } from '../../parts/toast.tsx'
import { sayOr } from '../../words/words.ts'
import { t } from '../../words/reference.ts'
import { curlOf, type Document, type Operation, type Parameter } from './document.ts'
import { ShapeView, typeText } from './shape.tsx'

type Schemas = Document['components']['schemas']

const Parameters = ({ of }: { readonly of: readonly Parameter[] }) =>
  of.length === 0 ? null : (
    <section class="stack-tight">
      <h3>{t('parameters')}</h3>
      <Table
        caption={t('parameters')}
        rows={of}
        keyOf={({ name, in: where }) => `${where} ${name}`}
        columns={[
          { key: 'name', label: t('name'), main: true, cell: ({ name }) => <code>{name}</code> },
          {
            key: 'where',
            label: t('where'),
            cell: (one) => `${one.in}${one.required ? `, ${t('required')}` : ''}`,
          },
          {
            key: 'meaning',
            label: t('meaning'),
            cell: ({ description, schema }) => (
              <span>
                <span class="mono muted">{typeText(schema)}</span> {description ?? schema.description ?? ''}
              </span>
            ),
          },
        ]}
      />
    </section>
  )

const Body = ({ of }: { readonly of: Operation }) => {
  const contents = Object.entries(of.requestBody?.content ?? {})
  return contents.length === 0 ? null : (
    <section class="stack-tight">
      <h3>{t('body')}</h3>
      {contents.map(([media, { schema }]) => (
        <div key={media}>
          <p class="mono muted small">{media}</p>
          <ShapeView shape={schema} />
        </div>
      ))}
    </section>
  )
}

const Answers = ({ of }: { readonly of: Operation }) => {
  const all = Object.entries(of.responses)
  const good = all.filter(
    ([status]) => Number(status) < 400 || of.responses[status]?.content?.['application/json'],
  )
  const bad = all.filter((one) => !good.includes(one))
  return (
    <>
      <section class="stack-tight">
        <h3>{t('answers')}</h3>
        {good.map(([status, { description, content = {} }]) => (
          <div key={status}>
            <p>
              <b>{status}</b> {description}
            </p>
            {Object.entries(content).map(([media, { schema }]) => (
              <div key={media}>
                <p class="mono muted small">{media}</p>
                {media.includes('json') && <ShapeView shape={schema} />}
              </div>
            ))}
          </div>
        ))}
      </section>
      <section class="stack-tight">
        <h3>{t('wrong')}</h3>
        <ul class="reference-problems">
          {bad.flatMap(([status, { description }]) =>
            description.split('\n\n').map((line) => {
              const [, code = '', title = line] = /^`(\w+)`: (.*)$/s.exec(line) ?? []
              return (
                <li key={`${status} ${line}`}>
                  <span class="muted">{status}</span> <code>{code}</code>{' '}
                  <span class="muted small">{title}</span>
                </li>
              )
            }),
          )}
        </ul>
      </section>
    </>
  )
}

const Example = ({ of, schemas }: { readonly of: Operation; readonly schemas: Schemas }) => {
  const text = curlOf(of, location.origin, schemas)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text).then(() => toast(t('copied')), toastProblem)
  }
  return (
    <section class="stack-tight">
      <div class="row">
        <h3 class="grow">{t('example')}</h3>
        {window.isSecureContext && (
          <Button small onClick={copy}>
            {t('copy')}
          </Button>
        )}
      </div>
      <pre class="reference-code" tabIndex={0} aria-label={t('example')}>
        {text}
      </pre>
    </section>
  )
}

export const OperationView = ({
  operation,
  schemas,
  isChosen,
  onOpen,
}: {
  readonly operation: Operation
  readonly schemas: Schemas
  readonly isChosen: boolean
  readonly onOpen: (isOpen: boolean) => void
}) => {
  const isOpen = useSignal(isChosen)
  const place = useRef<HTMLDetailsElement>(null)
  useEffect(() => {
    if (isChosen) place.current?.scrollIntoView({ block: 'start' })
  }, [])
  const { method, path, summary, description } = operation
  return (
    <details
      ref={place}
      class="reference-operation"
      open={isOpen.value}
      onToggle={(event) => {
        if (event.currentTarget.open === isOpen.value) return
        isOpen.value = event.currentTarget.open
        onOpen(isOpen.value)
      }}
    >
      <summary>
        <span class={`reference-method reference-${method.toLowerCase()}`}>{method}</span>{' '}
        <code class="reference-path">{path}</code> <span class="muted">{summary}</span>
      </summary>
      {isOpen.value && (
        <div class="stack reference-inside">
          <p>
            {description !== undefined && `${description.replaceAll('\n', ' ')} `}
            <span class="muted">
              {sayOr(t, `access_${operation['x-access']}`)} <code>{operation.operationId}</code>
            </span>
          </p>
          <Parameters of={operation.parameters} />
          <Body of={operation} />
          <Answers of={operation} />
          <Example of={operation} schemas={schemas} />
        </div>
      )}
    </details>
  )
}
