// A gauge: how much is left of how much, as half a circle with the number in it. Colour is not the only sign: what is
// low has a thicker line and says so.

const LOW = 0.15
const HALF = Math.PI * 40

export const Gauge = ({
  value,
  max,
  label,
}: {
  readonly value: number
  readonly max: number
  /** The whole sentence; for screen readers and below the number. */
  readonly label: string
}) => {
  const part = max <= 0 ? 0 : Math.min(1, Math.max(0, value / max))
  return (
    <figure class="gauge" data-low={part < LOW}>
      <svg
        viewBox="0 0 100 58"
        role="meter"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={value}
      >
        <path class="gauge-ground" d="M10 52a40 40 0 0 1 80 0" />
        <path
          class="gauge-part"
          d="M10 52a40 40 0 0 1 80 0"
          style={{ strokeDasharray: `${part * HALF} ${HALF * 2}` }}
        />
        <text x="50" y="48" text-anchor="middle" class="gauge-number">
          {Math.floor(value)}
        </text>
      </svg>
      <figcaption class="small muted">{label}</figcaption>
    </figure>
  )
}
