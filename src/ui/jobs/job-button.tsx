'use client';

import { X } from 'lucide-react';
import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import type { JobDetail } from '@/api/jobs';
import { newKey, type Problem, problemOf, problemWords } from '../api';
import { besideButton, buttonLooks } from '../controls';
import { laterPart } from '../later/later-part';
import { useMay } from '../me';
import { useApi, useConnection, useNow } from '../providers';
import type { ForecastAsk } from '../stack/forecast';
import { askedFor } from './ask/asked-for';
import { CancelButton } from './button/cancel-button';
import { faceOf } from './button/face';
import { type Phase, phaseOf } from './phase';
import { StatusShape, statusTone } from './status';

const Afresh = laterPart(() => import('./ask/afresh'));
const Question = laterPart(() => import('./question'), { what: 'The question', leave: ({ leave }) => leave });

interface Props {
  /** What it does, in a word or two: shown while nothing is under way, and the beginning of its name always. */
  label: string;
  icon?: ReactNode;
  /** The newest job that it stands for, whoever asked for it. */
  job: JobDetail | null;
  /** All that is known of the repo's jobs, newest first. */
  jobs: JobDetail[];
  /** Asks for the job. The same key means the same request. */
  press: Ask;
  /** Where others ask for the same button's jobs: what they share. */
  request?: JobRequest;
  /** Why it cannot be pressed now. */
  impossible?: string | null;
  /** What is to be confirmed before it is asked for; null where nothing is. */
  question?: (() => string | null) | undefined;
  /** What it does, as one asks for its forecast: told anew where a press is refused, for the branches are others by then. */
  foreseen?: ForecastAsk | undefined;
  look?: keyof typeof buttonLooks;
  /** A little lower, for rows. */
  dense?: boolean;
  /** The beginning of the label, which is all there is room for: the rest is told to who hears it or asks. */
  brief?: string | undefined;
  /** The beginning of the label, for a phone, which has room for no more. */
  short?: string | undefined;
  /** Whether what it asks and what goes wrong is told above it, as at the page's bottom. */
  above?: boolean;
  /** Whether Tab stops at it: not in the rows of a tree that one goes through by other keys. */
  tabbable?: boolean;
  /** Its width never changes with what it says. */
  className?: string;
}

export type Ask = (idempotencyKey: string) => Promise<{ jobId: string }>;

/** A request for a job, from the press until the feed shows its job. */
export interface JobRequest {
  /** What was asked for, which tells one thing from another; empty where nothing was. */
  name: string;
  /** The job, once the server has answered; null before, and where nothing is under way. */
  jobId: string | null;
  waiting: boolean;
  problem: Problem | null;
  /** @param name tells one thing asked for from another */
  send: (name: string, ask: Ask) => Promise<void>;
  dismiss: () => void;
}

/** What was asked for at one place of the page, as long as it is not in the feed. */
export interface Sent extends Pick<JobRequest, 'name' | 'jobId' | 'waiting' | 'problem'> {
  key: string;
}

const NOTHING: Sent = { name: '', key: '', jobId: null, waiting: false, problem: null };

/** The requests of many places, such as the rows of a list, which come and go on the screen. */
export interface Requests {
  sent: ReadonlyMap<string, Sent>;
  /** Rejects never: what went wrong is shown at its place. */
  send: (place: string, name: string, ask: Ask) => Promise<void>;
  dismiss: (place: string) => void;
}

/** `send` and `dismiss` are the same functions for ever. */
export function useRequests(): Requests {
  const [sent, setSent] = useState<ReadonlyMap<string, Sent>>(new Map());
  const latest = useRef(sent);
  useEffect(() => {
    latest.current = sent;
  }, [sent]);
  const [{ send, dismiss }] = useState(() => {
    const put = (place: string, request: Sent) => setSent((all) => new Map(all).set(place, request));
    return {
      async send(place: string, name: string, ask: Ask) {
        const last = latest.current.get(place);
        // The answer to an unanswered request may only have been lost: ask for the same job, not for another one.
        const key = last?.problem?.unreachable && last.name === name ? last.key : newKey();
        put(place, { ...NOTHING, name, key, waiting: true });
        try {
          const { jobId } = await ask(key);
          put(place, { ...NOTHING, name, key, jobId });
        } catch (error) {
          put(place, { ...NOTHING, name, key, problem: problemOf(error) });
        }
      },
      dismiss(place: string) {
        setSent((all) => {
          if (!all.has(place)) return all;
          const others = new Map(all);
          others.delete(place);
          return others;
        });
      },
    };
  });
  return { sent, send, dismiss };
}

/** The request of one of many places. */
export function requestAt(
  place: string,
  sent: Sent | undefined,
  { send, dismiss }: Pick<Requests, 'send' | 'dismiss'>,
): JobRequest {
  return {
    ...(sent ?? NOTHING),
    send: (name, ask) => send(place, name, ask),
    dismiss: () => dismiss(place),
  };
}

export function useRequest(): JobRequest {
  const requests = useRequests();
  return requestAt('', requests.sent.get(''), requests);
}

/** Where there is little room, fewer words: on a phone, and in the rows beside an open branch. */
const SHORT = { wide: 'sm:hidden', dense: 'sm:hidden group-data-beside/stack:inline' };
const WHOLE = { wide: 'max-sm:hidden', dense: 'max-sm:hidden group-data-beside/stack:hidden' };

/**
 * A button is its job: pressed, it says at once that it is being sent, then that it is queued and behind what, at which
 * step it is, what came of it or what went wrong. Everything but the moment of the press comes from the feed, so every
 * tab and every person sees the same. Who may not press it sees what is under way, and no button.
 */
export function JobButton({
  label,
  icon,
  job,
  jobs,
  press,
  request,
  impossible,
  question,
  foreseen,
  look = 'plain',
  dense = false,
  brief,
  short: shortLabel,
  above = false,
  tabbable = true,
  className = '',
}: Props) {
  const api = useApi();
  const mayAct = useMay('act');
  const own = useRequest();
  const { name, waiting, jobId, problem, send, dismiss } = request ?? own;
  const now = useNow(job !== null);
  const seen = jobs.some((other) => other.job.id === jobId);
  const unseen = jobId !== null && !seen;
  useEffect(() => {
    if (seen) dismiss();
  }, [seen, dismiss]);
  const phase: Phase = waiting || unseen ? { phase: 'pressed', accepted: unseen } : phaseOf(job, jobs, now);
  const isLost = useConnection().state === 'lost';
  const busy =
    phase.phase === 'pressed' || phase.phase === 'queued' || phase.phase === 'running' || phase.phase === 'waiting';
  const reason = busy ? null : impossible;
  const [asking, setAsking] = useState(false);

  const pressed = () => {
    if (busy || reason) return;
    if (phase.phase === 'error') {
      const { id } = phase.job.job;
      void send(`retry ${id}`, (idempotencyKey) => api.jobs.retry.mutate({ jobId: id, idempotencyKey }));
      return;
    }
    if ((question?.() ?? null) === null) void send(label, press);
    else setAsking(true);
  };

  const { text, tone, title, ...fewer } = faceOf(phase, now, isLost);
  const short = text === undefined ? shortLabel : fewer.short;
  const whole = reason ? `${label} (not now: ${reason})` : label;
  const status = tone && (tone === 'pressed' ? 'queued' : tone);
  // What came of it may be cut short on the button, also where it cannot be pressed again.
  const told = [title, reason].filter(Boolean).join('\n');
  const tip = told || (brief === undefined ? undefined : label);
  if (!mayAct) {
    if (!status || phase.phase === 'error') return null;
    return (
      <span
        data-phase={phase.phase}
        data-tip={title}
        className={`inline-flex items-center gap-2 rounded-control px-2 text-xs font-medium ${dense ? 'h-7' : 'h-8'} ${statusTone[status]} ${className}`}
      >
        <StatusShape status={status} />
        <span className="relative truncate">
          <span className="sr-only">{label}: </span>
          {text}
        </span>
      </span>
    );
  }
  return (
    <span className={`relative inline-flex items-center pointer-coarse:h-9 ${dense ? 'h-7' : 'h-8'} ${className}`}>
      <button
        type="button"
        onClick={pressed}
        tabIndex={tabbable ? undefined : -1}
        aria-disabled={busy || reason ? true : undefined}
        aria-expanded={(asking && !busy) || undefined}
        aria-label={(brief ?? shortLabel) !== undefined && !status ? whole : undefined}
        data-phase={phase.phase}
        data-tip={tip}
        className={`touch flex h-full min-w-0 flex-1 items-center gap-2 px-2 text-left tabular-nums aria-disabled:cursor-default ${
          status
            ? `rounded-control border border-current/30 text-xs font-medium ${statusTone[status]}`
            : `justify-center ${buttonLooks[look]} ${reason ? 'opacity-60' : ''}`
        }`}
      >
        {status ? <StatusShape status={status} /> : icon}
        <span className={brief !== undefined && status ? 'sr-only' : 'relative truncate'}>
          {status && <span className="sr-only">{label}: </span>}
          {short && <span className={dense ? SHORT.dense : SHORT.wide}>{short}</span>}
          <span className={short && (dense ? WHOLE.dense : WHOLE.wide)}>{text ?? brief ?? label}</span>
          {reason && <span className="sr-only"> (not now: {reason})</span>}
        </span>
      </button>
      {asking && !busy && (
        <Suspense>
          <Question
            // As it is now, like the label: the branches may have moved since it was pressed.
            words={question?.()}
            label={label}
            above={above}
            confirm={() => {
              setAsking(false);
              void send(label, press);
            }}
            leave={() => setAsking(false)}
          />
        </Suspense>
      )}
      {'job' in phase && busy && brief === undefined && (
        <CancelButton phase={phase} label={label} tabbable={tabbable} />
      )}
      {problem && (
        <span role="alert" className={`z-20 items-start text-error ${besideButton(above)}`}>
          <span className="min-w-0 flex-1 break-words">
            {problemWords(problem)}
            {problem.fields.expected && foreseen && (
              <Suspense>
                <Afresh ask={askedFor(name, foreseen)} />
              </Suspense>
            )}
          </span>
          <button type="button" aria-label="Close" className="text-muted hover:text-text" onClick={dismiss}>
            <X size={14} aria-hidden />
          </button>
        </span>
      )}
    </span>
  );
}
