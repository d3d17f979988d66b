import { useEffect, useRef, useState } from 'preact/hooks';
import { client, isRefusal, saidBy } from './api';
import type { ExerciseView, WatchEvent } from './gen/drill/v1/api_pb';

const kRetryMs = 1000;
const kBeatMs = 4000; // a peer that vanished without a word is noticed by this question

export interface Live {
  view?: ExerciseView;
  viewedAt: number; // performance.now() of it
  events: WatchEvent[];
  connected?: boolean; // absent: not known yet
  refused?: string; // why this person is not shown it
  refresh: () => void;
}

// One exercise as it is now: its records by Watch, resumed behind the last one seen, so that none
// is lost or doubled; its view after each of them.
export function useLive(exercise: string): Live {
  const [view, setView] = useState<ExerciseView>();
  const [viewedAt, setViewedAt] = useState(0);
  const [connected, setConnected] = useState<boolean>();
  const [refused, setRefused] = useState<string>();
  const [events, setEvents] = useState<WatchEvent[]>([]);
  const refresh = useRef(() => {});

  useEffect(() => {
    const stop = new AbortController();
    let cursor = 0n;
    let streaming = false;
    let asking = false;
    let again = false;
    let stream = new AbortController();
    const beat = setInterval(() => refresh.current(), kBeatMs);

    const giveUp = (error: unknown) => {
      setRefused(saidBy(error));
      setConnected(undefined);
      stop.abort();
      stream.abort();
      clearInterval(beat);
    };

    refresh.current = async () => {
      if (asking) return void (again = true);
      asking = true;
      try {
        const now = await client.getExercise({ exercise }, { signal: stop.signal, timeoutMs: 5000 });
        setView(now);
        setViewedAt(performance.now());
        setConnected(streaming);
      } catch (e) {
        if (isRefusal(e)) return giveUp(e);
        setConnected(false);
        stream.abort();
      }
      asking = false;
      if (again && !stop.signal.aborted) {
        again = false;
        refresh.current();
      }
    };

    (async () => {
      while (!stop.signal.aborted) {
        stream = new AbortController();
        try {
          for await (const event of client.watch({ exercise, cursor }, { signal: stream.signal })) {
            streaming = true;
            if (event.cursor > cursor) cursor = event.cursor;
            if (event.record) setEvents((old) => [...old, event]);
            refresh.current();
          }
        } catch (e) {
          if (isRefusal(e)) return giveUp(e);
          // Else the same as an end.
        }
        streaming = false;
        if (stop.signal.aborted) return;
        setConnected(false);
        await new Promise((later) => setTimeout(later, kRetryMs));
      }
    })();
    const offline = () => stream.abort();
    addEventListener('offline', offline);
    return () => {
      stop.abort();
      stream.abort();
      clearInterval(beat);
      removeEventListener('offline', offline);
    };
  }, [exercise]);

  return { view, viewedAt, events, connected, refused, refresh: () => refresh.current() };
}
