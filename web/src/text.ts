import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Text } from './gen/drill/v1/common_pb';
import { type Catalogue, vi } from './vi';

export type Language = 'vi' | 'en';
export const Words = createContext<{ t: Catalogue; language: Language }>({ t: vi, language: 'vi' });
export const useWords = () => useContext(Words);

// The other language where one is absent.
export const said = (text: Text | undefined, language: Language) =>
  (language === 'vi' ? text?.vi || text?.en : text?.en || text?.vi) ?? '';

// T+1:02:03 from microseconds of the exercise clock.
export function exerciseTime(us: number): string {
  const s = Math.max(0, Math.floor(us / 1e6));
  const two = (n: number) => String(n).padStart(2, '0');
  return `T+${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
