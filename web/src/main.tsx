import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { client, isSignedOut, kSignedOut, saidBy, signIn, signOut } from './api';
import { Board } from './board';
import { en } from './en';
import type { ExerciseSummary, Identity } from './gen/drill/v1/api_pb';
import { Role } from './gen/drill/v1/register_pb';
import './style.css';
import { Team } from './team';
import { type Language, said, useWords, Words } from './text';
import { vi } from './vi';

function SignIn({ done }: { done: () => void }) {
  const { t } = useWords();
  const [token, setToken] = useState('');
  const [error, setError] = useState('');
  const send = async (event: Event) => {
    event.preventDefault();
    const status = await signIn(token.trim()).catch(() => 0);
    if (status === 204) return done();
    setError(status === 401 ? t.tokenWrong : status === 429 ? t.tooMany : t.noAnswer);
  };
  return (
    <main class="signin">
      <h1>Cyberdrill</h1>
      <form onSubmit={send}>
        <label for="token">{t.token}</label>
        <input
          id="token"
          type="password"
          autocomplete="off"
          required
          value={token}
          onInput={(e) => setToken((e.target as HTMLInputElement).value)}
        />
        {error && <p role="alert">{error}</p>}
        <button class="main">{t.signIn}</button>
      </form>
    </main>
  );
}

function Exercises() {
  const { t, language } = useWords();
  const [rows, setRows] = useState<ExerciseSummary[]>();
  const [error, setError] = useState('');
  useEffect(() => {
    client.listExercises({}).then(
      (list) => setRows(list.exercises),
      (e) => setError(saidBy(e)),
    );
  }, []);
  return (
    <main>
      <h1>{t.exercises}</h1>
      {error && <p role="alert">{error}</p>}
      {rows?.length === 0 && <p>{t.none}</p>}
      <ul class="list">
        {rows?.map((row) => (
          <li key={row.exercise}>
            <a href={`#${encodeURIComponent(row.exercise)}`}>{said(row.title, language)}</a>{' '}
            {row.exercise} · {t.phases[row.phase]}
          </li>
        ))}
      </ul>
    </main>
  );
}

const exerciseOfUrl = () => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return '';
  }
};

function App() {
  const [language, setLanguage] = useState<Language>(
    localStorage.getItem('language') === 'en' ? 'en' : 'vi',
  );
  const [who, setWho] = useState<Identity | null>();
  const [error, setError] = useState('');
  const [exercise, setExercise] = useState(exerciseOfUrl());
  const t = language === 'vi' ? vi : en;
  const Page = who?.person?.roles.includes(Role.RESPONDER) ? Team : Board;
  const ask = () =>
    client.whoAmI({}).then(setWho, (e) => (isSignedOut(e) ? setWho(null) : setError(saidBy(e))));
  useEffect(() => {
    ask();
    const go = () => setExercise(exerciseOfUrl());
    const out = () => setWho(null);
    addEventListener('hashchange', go);
    addEventListener(kSignedOut, out);
    return () => {
      removeEventListener('hashchange', go);
      removeEventListener(kSignedOut, out);
    };
  }, []);
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem('language', language);
  }, [language]);
  const leave = (everywhere: boolean) =>
    signOut(everywhere).then(
      () => setWho(null),
      () => setError(t.noAnswer),
    );
  return (
    <Words.Provider value={{ t, language }}>
      <header>
        {who && (
          <nav>
            <a href="#">{t.all}</a>
          </nav>
        )}
        <span class="who">{who?.person?.name}</span>
        <button
          type="button"
          id="language"
          lang={language === 'vi' ? 'en' : 'vi'}
          onClick={() => setLanguage(language === 'vi' ? 'en' : 'vi')}
        >
          {t.other}
        </button>
        {who && (
          <>
            <button type="button" id="signout" onClick={() => leave(false)}>
              {t.signOut}
            </button>
            <button type="button" onClick={() => leave(true)}>
              {t.signOutAll}
            </button>
          </>
        )}
      </header>
      {error && <p role="alert">{error}</p>}
      {who === null && <SignIn done={ask} />}
      {who && !exercise && <Exercises />}
      {who && exercise && <Page key={exercise} exercise={exercise} />}
    </Words.Provider>
  );
}

render(<App />, document.getElementById('app')!);
