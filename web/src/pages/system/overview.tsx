// How the server does now: health, sign budget, writer, storage. Read again every few seconds while it is looked at;
// what was read stays when the server cannot be reached.

import type { ComponentChildren } from 'preact'
import { useRef } from 'preact/hooks'
import { bytesText, numberText, rateText } from '../../parts/figures.ts'
import { Icon } from '../../parts/icons.tsx'
import { Content, Note } from '../../parts/notes.tsx'
import { Sparkline } from '../../parts/sparkline.tsx'
import { StateChip } from '../../parts/state-chip.tsx'
import { Stranger } from '../../parts/stranger.tsx'
import { Duration, Left, Time } from '../../parts/time.tsx'
import { now } from '../../state/clock.ts'
import type { Loaded } from '../../state/load.ts'
import { t } from '../../words/system.ts'
import { sayOr } from '../../words/words.ts'
import { Gauge } from './gauge.tsx'
import type { SignBudget, System } from './types.ts'

const SAMPLES = 120
const DISK_LOW = 0.08

const Line = ({ label, children }: { readonly label: string; readonly children: ComponentChildren }) => (
  <div class="figure-line">
    <dt>{label}</dt>
    <dd>{children}</dd>
  </div>
)

const msText = (ms: number): string => t('ms', { n: ms < 10 ? ms.toFixed(1) : numberText(Math.round(ms)) })

const Health = ({ system }: { readonly system: System }) => (
  <section class="panel system-card">
    <h2 class="row">
      {t('health')}
      <span class="system-health" data-ready={system.ready}>
        <Icon name={system.ready ? 'check' : 'warning'} size={14} />
        {t(system.ready ? 'ready' : 'notReady')}
      </span>
    </h2>
    {system.reasons.length > 0 && (
      <Note tone="problem">{system.reasons.map((reason) => sayOr(t, `reason_${reason}`)).join(' ')}</Note>
    )}
    <dl>
      <Line label={t('version')}>
        {system.version} · Node {system.node}
      </Line>
      <Line label={t('running')}>
        <Duration from={system.startedAt} />
      </Line>
      <Line label={t('eventsPerSecond')}>{rateText(system.eventsPerSecond)}</Line>
      <Line label={t('memory')}>{bytesText(system.memory.rss)}</Line>
      <Line label={t('loop')}>{msText(system.loopDelayMs.p99)}</Line>
      <Line label={t('streams')}>
        {t('ofMax', { n: system.streams.open, max: numberText(system.streams.max) })}
      </Line>
      <Line label={t('livekit')}>{t(system.livekit.configured ? 'configured' : 'notConfigured')}</Line>
    </dl>
    <div class="row-wrap" aria-label={t('rooms')} role="group">
      {Object.entries(system.rooms)
        .filter(([, count]) => count > 0)
        .map(([state, count]) => (
          <StateChip key={state} state={state} small>
            {numberText(count)}
          </StateChip>
        ))}
    </div>
  </section>
)

const Sign = ({ budget, server }: { readonly budget: SignBudget; readonly server: string | null }) => (
  <section class="panel system-card">
    <h2>{t('sign')}</h2>
    <p class="muted small">{t('signText')}</p>
    <Gauge
      value={budget.available}
      max={budget.perMinute}
      label={t('signLeft', {
        n: numberText(Math.floor(budget.available)),
        max: numberText(budget.perMinute),
      })}
    />
    {budget.waiting > 0 && (
      <Note tone="warn">
        {t('signWaiting', { n: budget.waiting })}
        {budget.nextAt !== null && budget.nextAt > now.value && (
          <>
            , {t('signNext')} <Left until={budget.nextAt} />
          </>
        )}
      </Note>
    )}
    {server !== null && (
      <dl>
        <Line label={t('signServer')}>
          <Stranger text={server} class="mono" />
        </Line>
      </dl>
    )}
    <h3>{t('signKeys')}</h3>
    {budget.keys.length === 0 ? (
      <p class="muted">{t('signNoKeys')}</p>
    ) : (
      <ul class="sign-keys">
        {budget.keys.map(({ key, used, coolingUntil, lastError }, index) => (
          <li key={`${index} ${key}`} data-cools={coolingUntil !== null && coolingUntil > now.value}>
            <span class="mono">{key}</span>
            <span class="muted small">{t('signKeyUsed', { n: used })}</span>
            <span class="end small">
              {coolingUntil !== null && coolingUntil > now.value ? (
                <>
                  ❄ {t('signCooling')} <Left until={coolingUntil} />
                </>
              ) : (
                t('signKeyOk')
              )}
            </span>
            {lastError !== null && (
              <span class="sign-error small muted">
                <Stranger text={lastError} max={160} />
              </span>
            )}
          </li>
        ))}
      </ul>
    )}
  </section>
)

const Writer = ({
  system: { writer, storage },
  acks,
}: {
  readonly system: System
  readonly acks: readonly number[]
}) => (
  <section class="panel system-card">
    <h2>{t('writer')}</h2>
    <p class="muted small">{t('writerText')}</p>
    {writer.failing && <Note tone="problem">{t('writerFailing')}</Note>}
    <div class="row">
      <span class="big-number">{msText(writer.ackP50Ms)}</span>
      <span class="end">
        <Sparkline name={t('ack99')} values={acks} width={160} height={32} tone="accent" />
      </span>
    </div>
    <dl>
      <Line label={t('ack50')}>{msText(writer.ackP50Ms)}</Line>
      <Line label={t('ack99')}>{msText(writer.ackP99Ms)}</Line>
      <Line label={t('queue')}>
        {t('queueValue', { frames: writer.queuedFrames, bytes: bytesText(writer.queuedBytes) })}
      </Line>
      <Line label={t('oldest')}>{msText(writer.oldestMs)}</Line>
      <Line label={t('stall')}>{msText(writer.dbStallMs)}</Line>
      <Line label={t('commits')}>{numberText(writer.commits)}</Line>
      <Line label={t('rows')}>{numberText(writer.rows)}</Line>
      <Line label={t('wal')}>{bytesText(storage.walBytes)}</Line>
      <Line label={t('lastError')}>
        {writer.lastError === null ? (
          t('never')
        ) : (
          <>
            {writer.lastError.kind} · <Time at={writer.lastError.at} />
          </>
        )}
      </Line>
    </dl>
    {writer.walAlarm && <Note tone="warn">{t('walAlarm')}</Note>}
  </section>
)

const Storage = ({ system: { storage } }: { readonly system: System }) => {
  const { diskBytes, diskFreeBytes, databaseBytes, assets } = storage
  const isLow = diskBytes !== null && diskFreeBytes !== null && diskFreeBytes / diskBytes < DISK_LOW
  return (
    <section class="panel system-card">
      <h2>{t('storage')}</h2>
      {diskBytes !== null && diskFreeBytes !== null && (
        <div class="stack-tight">
          <meter
            class="disk"
            min={0}
            max={diskBytes}
            value={diskBytes - diskFreeBytes}
            aria-label={t('disk')}
          />
          <p class="small muted">
            {t('diskFree', { free: bytesText(diskFreeBytes), all: bytesText(diskBytes) })}
          </p>
        </div>
      )}
      {isLow && <Note tone="problem">{t('diskLow')}</Note>}
      <dl>
        <Line label={t('database')}>
          {databaseBytes === null ? t('elsewhere') : bytesText(databaseBytes)}
        </Line>
        {assets !== null && (
          <>
            <Line label={t('assets')}>{t(`kind_${assets.kind}`)}</Line>
            <Line label={t('uploadMax')}>{bytesText(assets.uploadMaxBytes)}</Line>
          </>
        )}
      </dl>
    </section>
  )
}

export const Overview = ({ system }: { readonly system: Loaded<System> }) => {
  const acks = useRef<number[]>([])
  const last = useRef<System | undefined>(undefined)
  const found = system.data.value
  if (found !== undefined && found !== last.current) {
    last.current = found
    acks.current = [...acks.current, found.writer.ackP99Ms].slice(-SAMPLES)
  }
  return (
    <Content of={system} lines={8}>
      {(one) => (
        <div class="system-grid">
          <Health system={one} />
          <Sign budget={one.signBudget} server={one.signApi} />
          <Writer system={one} acks={acks.current} />
          <Storage system={one} />
        </div>
      )}
    </Content>
  )
}
