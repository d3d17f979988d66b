import { useState } from 'preact/hooks';
import type { WatchEvent } from './gen/drill/v1/api_pb';
import { exerciseTime, useWords } from './text';

const kShown = 200; // newest; the filter looks at all

// What a record says besides its kind: its plain fields, as they are named.
function detail(value: object): string {
  return Object.entries(value)
    .filter(([k, v]) => !k.startsWith('$') && (typeof v === 'string' ? v : typeof v === 'bigint'))
    .map(([k, v]) => `${k}=${v}`)
    .join(' ');
}

function lineOf({ cursor, exUs, record }: WatchEvent, language: string) {
  const body = record?.body;
  const inner =
    body?.case === 'orderReported' && body.value.event?.order
      ? body.value.event.order
      : (body?.value ?? {});
  const who = record?.actor?.who;
  const actor = who?.case === 'engine' ? 'engine' : (who?.value ?? '');
  const when = new Date(Number((record?.timeUs ?? 0n) / 1000n));
  return {
    key: String(cursor),
    when: when.toLocaleTimeString(language, { timeZoneName: 'short' }),
    ex: exUs >= 0n ? exerciseTime(Number(exUs)) : '',
    text: `${body?.case ?? ''} ${actor} ${detail(inner)}`,
  };
}

export function Log({ events }: { events: WatchEvent[] }) {
  const { t, language } = useWords();
  const [filter, setFilter] = useState('');
  const wanted = filter.toLowerCase();
  const lines = [];
  for (let i = events.length - 1; i >= 0 && lines.length < kShown; --i) {
    const line = lineOf(events[i]!, language);
    if (line.text.toLowerCase().includes(wanted)) lines.push(line);
  }
  return (
    <section>
      <h2>{t.log}</h2>
      <label>
        {t.filter}{' '}
        <input
          type="search"
          value={filter}
          onInput={(e) => setFilter((e.target as HTMLInputElement).value)}
        />
      </label>
      <ol class="log" id="log" tabIndex={0} aria-label={t.log}>
        {lines.map((l) => (
          <li key={l.key}>
            <span>{l.when}</span> <span>{l.ex}</span> {l.text}
          </li>
        ))}
      </ol>
    </section>
  );
}
