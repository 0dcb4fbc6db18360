'use client';

import { Bell, BellOff } from 'lucide-react';
import { useState } from 'react';
import { wanted } from './notices';

/** Whether the browser tells of one's long jobs and new conflicts while one looks elsewhere. It asks the browser first. */
export function NoticeButton() {
  const wants = wanted.use();
  const [refused, setRefused] = useState(false);
  const label = wants ? 'Tell me nothing outside of the page' : 'Tell me of my long jobs and conflicts';
  const press = async () => {
    if (wants) return wanted.put(false);
    const allowed = 'Notification' in window && (await Notification.requestPermission()) === 'granted';
    setRefused(!allowed);
    wanted.put(allowed);
  };
  const Icon = wants ? Bell : BellOff;
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={wants}
      data-tip={refused ? 'The browser does not allow it.' : label}
      onClick={() => void press()}
      className="touch flex size-7 items-center justify-center rounded-control text-muted hover:bg-hover hover:text-text max-sm:hidden"
    >
      <Icon size={14} aria-hidden />
      {refused && (
        <span role="alert" className="sr-only">
          The browser does not allow notifications.
        </span>
      )}
    </button>
  );
}
