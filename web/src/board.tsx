import { useEffect, useRef, useState } from 'preact/hooks';
import { type Act, saidBy, submit } from './api';
import { type ExerciseView, InjectState } from './gen/drill/v1/api_pb';
import { Phase } from './gen/drill/v1/exercise_pb';
import { useLive } from './live';
import { Log } from './log';
import { exerciseTime, said, useWords } from './text';
import { Timeline } from './timeline';

interface Asked {
  title: string;
  what: string;
  act: Act;
}

// Says what will happen before it does. The dialog is the browser's: it keeps the keyboard inside.
function Confirm(props: { asked: Asked; refused: boolean; done: () => void; sent: () => void }) {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const send = async () => {
    setBusy(true);
    try {
      await submit(props.asked.act);
      props.sent();
      props.done();
    } catch (e) {
      setError(saidBy(e));
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} onClose={props.done} aria-labelledby="asked">
      <h2 id="asked">{props.asked.title}</h2>
      <p>{props.asked.what}</p>
      {error && <p role="alert">{error}</p>}
      {props.refused && <p role="alert">{t.disconnected}</p>}
      <button type="button" onClick={() => dialog.current?.close()}>
        {t.cancel}
      </button>
      <button type="button" class="main" id="confirm" disabled={busy || props.refused} onClick={send}>
        {props.asked.title}
      </button>
    </dialog>
  );
}

// The exercise clock between two views: it runs on while the exercise does.
function useClock(view: ExerciseView | undefined, viewedAt: number, moving: boolean): number {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const at = Number(view?.summary?.clockExUs ?? 0n);
  return moving ? at + Math.max(0, now - viewedAt) * 1000 : at;
}

export function Board({ exercise }: { exercise: string }) {
  const { t, language } = useWords();
  const { view, viewedAt, events, connected, refused, refresh } = useLive(exercise);
  const [asked, setAsked] = useState<Asked>();
  const phase = view?.summary?.phase ?? Phase.UNSPECIFIED;
  const nowUs = useClock(view, viewedAt, connected === true && phase === Phase.RUNNING);
  const banner = connected === false && (
    <p class="banner" role="alert">
      {t.disconnected}
    </p>
  );
  if (refused) return (
    <main>
      <p role="alert" id="refused">
        {refused}
      </p>
    </main>
  );
  if (!view?.summary) return <main>{banner}</main>;

  const button = (id: string, title: string, what: string, act: Act, look = '') => (
    <button
      type="button"
      class={look}
      data-act={id}
      disabled={!connected}
      onClick={() => setAsked({ title, what, act })}
    >
      {title}
    </button>
  );
  const of = { exercise };
  const live = phase === Phase.RUNNING || phase === Phase.PAUSED;
  const real = view.summary.realIncident;
  return (
    <main>
      {banner}
      <h1>{said(view.summary.title, language)}</h1>
      <div class="state">
        <p>
          {t.clock} <strong class="clock">{exerciseTime(nowUs)}</strong>
        </p>
        <p>
          {t.state} <strong id="phase">{t.phases[phase]}</strong>
          {real && <strong class="real"> {t.real}</strong>}
        </p>
        <div class="acts">
          {phase === Phase.READY &&
            button('start', t.start, t.startWhat, { case: 'startExercise', value: of }, 'main')}
          {phase === Phase.RUNNING &&
            button('pause', t.pause, t.pauseWhat, { case: 'pauseExercise', value: of })}
          {phase === Phase.PAUSED &&
            button('resume', t.resume, t.resumeWhat, { case: 'resumeExercise', value: of })}
          {live && button('stop', t.stop, t.stopWhat, { case: 'stopExercise', value: of })}
          {live &&
            !real &&
            button('real', t.real, t.realWhat, { case: 'raiseRealIncident', value: of }, 'danger')}
          {real && button('clear', t.clear, t.clearWhat, { case: 'clearRealIncident', value: of })}
        </div>
      </div>
      {view.missing.length > 0 && (
        <p>
          {t.missing}: {view.missing.map((m) => said(m, language)).join('; ')}
        </p>
      )}
      <Timeline view={view} events={events} nowUs={nowUs} />
      <section>
        <h2>{t.injects}</h2>
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th>{t.inject}</th>
                <th>{t.plannedAt}</th>
                <th>{t.state}</th>
                <th>{t.acts}</th>
              </tr>
            </thead>
            <tbody>
              {view.injects.map((row) => {
                const one = { exercise, inject: row.inject };
                const name = said(row.title, language);
                const ask = (id: string, word: string, what: string, act: Act) =>
                  button(`${id} ${row.inject}`, word, `${name}: ${what}`, act);
                const open =
                  live && row.state !== InjectState.RELEASED && row.state !== InjectState.REVOKED;
                const held = row.state === InjectState.HELD;
                return (
                  <tr key={row.inject}>
                    <td>{name}</td>
                    <td>{exerciseTime(Number(row.plannedExUs))}</td>
                    <td>{t.states[row.state]}</td>
                    <td>
                      <div class="acts">
                        {open && ask('fire', t.fire, t.fireWhat, { case: 'fireInject', value: one })}
                        {open &&
                          ask('hold', held ? t.unhold : t.hold, held ? t.unholdWhat : t.holdWhat, {
                            case: 'holdInject',
                            value: { ...one, held: !held },
                          })}
                        {open && ask('skip', t.skip, t.skipWhat, { case: 'skipInject', value: one })}
                      </div>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      </section>
      <Hosts view={view} />
      <Log events={events} />
      {asked && (
        <Confirm
          asked={asked}
          refused={!connected}
          sent={refresh}
          done={() => setAsked(undefined)}
        />
      )}
    </main>
  );
}

function Hosts({ view }: { view: ExerciseView }) {
  const { t } = useWords();
  return (
    <section>
      <h2>{t.hosts}</h2>
      <div class="wide">
        <table>
          <thead>
            <tr>
              <th>{t.host}</th>
              <th>{t.system}</th>
              <th>{t.health}</th>
              <th>{t.clockError}</th>
              <th>{t.cleanup}</th>
            </tr>
          </thead>
          <tbody>
            {view.hosts.map((row) => (
              <tr key={row.host}>
                <td>{row.host}</td>
                <td>{row.system}</td>
                <td>
                  {row.agent?.connected ? `● ${t.connected}` : `○ ${t.away}`} {row.agent?.heldWhy}
                </td>
                <td>
                  {row.agent?.clockErrorUs
                    ? `± ${(Number(row.agent.clockErrorUs) / 1000).toFixed(1)} ms`
                    : '–'}
                </td>
                <td>{row.cleanupWaiting}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
