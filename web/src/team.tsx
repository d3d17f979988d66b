import { useEffect, useState } from 'preact/hooks';
import { client, isRefusal, saidBy, submit } from './api';
import type { Inbox } from './gen/drill/v1/api_pb';
import { ArtefactKind } from './gen/drill/v1/common_pb';
import { ObservationKind } from './gen/drill/v1/people_pb';
import { useWords } from './text';

const kAskMs = 3000;

// What a team does in a drill: says what it found, and sees what it has said.
export function Team({ exercise }: { exercise: string }) {
  const { t, language } = useWords();
  const [inbox, setInbox] = useState<Inbox>();
  const [connected, setConnected] = useState<boolean>(); // not known before the first answer
  const [refused, setRefused] = useState<string>();
  const [sent, setSent] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    const ask = () =>
      client.getInbox({ exercise }, { signal: stop.signal, timeoutMs: 5000 }).then(
        (now) => {
          setInbox(now);
          setConnected(true);
        },
        (e) => {
          if (stop.signal.aborted) return;
          if (!isRefusal(e)) return setConnected(false);
          setRefused(saidBy(e));
          clearInterval(timer);
        },
      );
    const timer = setInterval(ask, kAskMs);
    ask();
    return () => {
      clearInterval(timer);
      stop.abort();
    };
  }, [exercise, sent]);
  if (refused) return (
    <main>
      <p role="alert" id="refused">
        {refused}
      </p>
    </main>
  );
  return (
    <main class="team">
      {connected === false && (
        <p class="banner" role="alert">
          {t.disconnected}
        </p>
      )}
      {inbox?.realIncident && <p role="alert">{t.real}</p>}
      <h1>{t.report}</h1>
      <p>
        {t.state} <strong>{inbox && t.phases[inbox.phase]}</strong>
      </p>
      <Detection exercise={exercise} refused={!connected} sent={() => setSent((n) => n + 1)} />
      <h2>{t.history}</h2>
      <ol class="log" id="history" aria-label={t.history}>
        {[...(inbox?.claims ?? [])].reverse().map((c) => (
          <li key={c.observation}>
            <span>{new Date(Number(c.receivedUs / 1000n)).toLocaleTimeString(language)}</span>{' '}
            {c.observation} · {c.hosts.join(', ')} · {c.text}
          </li>
        ))}
      </ol>
    </main>
  );
}

function Detection(props: { exercise: string; refused: boolean; sent: () => void }) {
  const { t } = useWords();
  const [host, setHost] = useState('');
  const [kind, setKind] = useState(ArtefactKind.PATH);
  const [value, setValue] = useState('');
  const [text, setText] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError('');
    try {
      const observation = {
        kind: ObservationKind.DETECTION,
        hosts: [host.trim()],
        artefacts: value ? [{ kind, value }] : [],
        text,
      };
      await submit({ case: 'observe', value: { exercise: props.exercise, observation } });
      setValue('');
      setText('');
      props.sent();
    } catch (e) {
      setError(saidBy(e)); // what was written stays
    }
    setBusy(false);
  };
  const kinds = Object.entries(t.artefacts);
  const typed = (set: (v: string) => void) => (e: Event) =>
    set((e.target as HTMLInputElement).value);
  return (
    <form onSubmit={send}>
      <label for="host">{t.host}</label>
      <input id="host" required autocapitalize="off" value={host} onInput={typed(setHost)} />
      <label for="value">{t.evidence}</label>
      <select
        id="kind"
        aria-label={t.evidenceKind}
        value={kind}
        onChange={(e) => setKind(Number((e.target as HTMLSelectElement).value))}
      >
        {kinds.map(([k, name]) => (
          <option key={k} value={k}>
            {name}
          </option>
        ))}
      </select>
      <input id="value" autocapitalize="off" value={value} onInput={typed(setValue)} />
      <label for="text">{t.seen}</label>
      <textarea id="text" rows={3} required={!value} value={text} onInput={typed(setText)} />
      {error && <p role="alert">{error}</p>}
      <button class="main" id="send" disabled={busy || props.refused}>
        {t.send}
      </button>
    </form>
  );
}
