import type { ExerciseView, WatchEvent } from './gen/drill/v1/api_pb';
import { ObservationKind } from './gen/drill/v1/people_pb';
import { exerciseTime, said, useWords } from './text';

type Kind = 'detected' | 'reported' | 'contained' | 'recovered';
const kinds: Partial<Record<ObservationKind, Kind>> = {
  [ObservationKind.DETECTION]: 'detected',
  [ObservationKind.REPORT]: 'reported',
  [ObservationKind.CONTAINMENT]: 'contained',
  [ObservationKind.RECOVERY]: 'recovered',
};

interface Mark {
  inject: string;
  kind: Kind | 'released';
  us: number;
}

function marksOf(events: WatchEvent[]): Mark[] {
  const made = new Map<string, { kind?: Kind; us: number }>();
  const marks: Mark[] = [];
  for (const { record, exUs } of events) {
    const body = record?.body;
    if (body?.case === 'injectReleased') {
      marks.push({ inject: body.value.inject, kind: 'released', us: Number(exUs) });
    } else if (body?.case === 'observationMade') {
      const o = body.value;
      made.set(o.observation, { kind: kinds[o.kind], us: Number(o.atExUs) });
    } else if (body?.case === 'observationMatched') {
      const o = made.get(body.value.observation);
      if (o?.kind) marks.push({ inject: body.value.inject, kind: o.kind, us: o.us });
    }
  }
  return marks;
}

// Told apart by their shapes as well as their colours.
function Shape({ kind, x, y }: { kind: Mark['kind'] | 'planned'; x: number; y: number }) {
  const at = `translate(${x} ${y})`;
  switch (kind) {
    case 'planned':
      return <circle class="planned" transform={at} r="6" />;
    case 'released':
      return <circle class="released" transform={at} r="4" />;
    case 'detected':
      return <path class="detected" transform={at} d="M0-8 8 0 0 8-8 0Z" />;
    case 'reported':
      return <path class="reported" transform={at} d="M-6-6H6V6H-6Z" />;
    case 'contained':
      return <path class="contained" transform={at} d="M0-8 8 6H-8Z" />;
    case 'recovered':
      return <path class="recovered" transform={at} d="M-8-6H8L0 8Z" />;
  }
}

const kLeft = 180;
const kWidth = 1000;
const kRight = 40; // half of the last tick's text
const kRow = 30;
const kSteps = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 14400, 43200, 86400];

export function Timeline(props: { view: ExerciseView; events: WatchEvent[]; nowUs: number }) {
  const { t, language } = useWords();
  const { view, events, nowUs } = props;
  const marks = marksOf(events);
  const rows = view.injects;
  const last = Math.max(nowUs, ...rows.map((r) => Number(r.plannedExUs)), ...marks.map((m) => m.us));
  const span = Math.max(last * 1.06, 10e6);
  const x = (us: number) => kLeft + ((kWidth - kLeft - kRight) * us) / span;
  const height = rows.length * kRow + 30;
  const step = (kSteps.find((s) => span / (s * 1e6) <= 10) ?? 86400) * 1e6;
  const ticks = Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => i * step);
  const names = ['planned', 'released', 'detected', 'reported', 'contained', 'recovered'] as const;
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">{t.timeline}</h2>
      <p class="legend">
        {names.map((name) => (
          <span key={name}>
            <svg width="20" height="20" aria-hidden="true">
              <Shape kind={name} x={10} y={10} />
            </svg>
            {t[name]}
          </span>
        ))}
      </p>
      <div class="wide">
        <svg viewBox={`0 0 ${kWidth} ${height}`} role="img" aria-label={t.timeline} class="timeline">
          {ticks.map((us) => (
            <g key={us}>
              <line class="grid" x1={x(us)} x2={x(us)} y1="0" y2={height - 22} />
              <text x={x(us)} y={height - 6} text-anchor="middle">
                {exerciseTime(us)}
              </text>
            </g>
          ))}
          {rows.map((row, i) => {
            const y = i * kRow + kRow / 2;
            return (
              <g key={row.inject}>
                <line class="grid" x1={kLeft} x2={kWidth - kRight} y1={y} y2={y} />
                <text x="4" y={y + 5}>
                  {said(row.title, language).slice(0, 24)}
                </text>
                <Shape kind="planned" x={x(Number(row.plannedExUs))} y={y} />
                {marks
                  .filter((m) => m.inject === row.inject)
                  .map((m, n) => (
                    <g key={n} data-mark={`${m.kind} ${m.inject}`}>
                      <title>{`${t[m.kind]} ${exerciseTime(m.us)}`}</title>
                      <Shape kind={m.kind} x={x(m.us)} y={y} />
                    </g>
                  ))}
              </g>
            );
          })}
          <line class="now" x1={x(nowUs)} x2={x(nowUs)} y1="0" y2={height - 22}>
            <title>{t.now}</title>
          </line>
        </svg>
      </div>
    </section>
  );
}
