'use client';

import { Monitor, Moon, Sun } from 'lucide-react';
import { useEffect, useState } from 'react';
import { setTheme, THEMES, type Theme, themeNow } from '../themes';

const LOOKS = {
  system: { icon: Monitor, word: 'as the system' },
  light: { icon: Sun, word: 'light' },
  dark: { icon: Moon, word: 'dark' },
} as const;

/** Goes from one theme to the next: as the system has it, light, dark. */
export function ThemeButton() {
  const [theme, put] = useState<Theme>('system');
  useEffect(() => put(themeNow()), []);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'system';
  const Icon = LOOKS[theme].icon;
  return (
    <button
      type="button"
      aria-label={`Theme: ${LOOKS[theme].word}`}
      data-tip={`Theme: ${LOOKS[theme].word}`}
      onClick={() => {
        setTheme(next);
        put(next);
      }}
      className="touch flex size-7 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text max-sm:hidden"
    >
      <Icon size={14} aria-hidden />
    </button>
  );
}
