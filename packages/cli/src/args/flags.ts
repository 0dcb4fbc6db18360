/** The flags that several commands share. */

export const flag = (brief: string) => ({ kind: 'boolean', brief, optional: true, withNegated: false }) as const;
export const text = (brief: string, placeholder: string) =>
  ({ kind: 'parsed', parse: String, brief, placeholder, optional: true }) as const;

const whole = (input: string) => {
  if (!/^\d{1,15}$/.test(input)) throw new Error(`"${input}" is no whole number`);
  return Number(input);
};
export const number = (brief: string, placeholder = 'n') =>
  ({ kind: 'parsed', parse: whole, brief, placeholder, optional: true }) as const;

export const JSON_FLAG = flag('The result as one JSON object; a line each where it is a stream');
export const REPO = text('Name, address or id; that of this clone unless given', 'repo');
export const BRANCH = text('Branch; that of HEAD unless given', 'branch');
export const YES = flag('Do it although something would stay behind or go away');
export const NO_WAIT = flag('Say the number of the job and end');
const DRY_RUN = flag('Say what would be done, and do nothing');

export const ACT = { json: JSON_FLAG, repo: REPO, branch: BRANCH, yes: YES, noWait: NO_WAIT, dryRun: DRY_RUN } as const;

/** A forecast is an action that is never run. */
export const FORECAST = {
  dryRun: { kind: 'boolean', brief: 'Always so', default: true, hidden: true, withNegated: false },
} as const;
