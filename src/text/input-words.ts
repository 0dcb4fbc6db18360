import type { z } from 'zod';

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/** What is wrong with an input and what to do, where its schema has no words of its own for it. Pure. */
export const inputWords: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type': {
      const kind = KINDS[issue.expected] ?? issue.expected;
      return issue.input === undefined ? `It is missing: give ${kind}.` : `Give ${kind}.`;
    }
    case 'too_big':
      return `Use at most ${issue.maximum}${unit(issue.origin)}.`;
    case 'too_small':
      return `Use at least ${issue.minimum}${unit(issue.origin)}.`;
    case 'invalid_value':
      return `Choose one of ${issue.values.map(String).join(', ')}.`;
    case 'unrecognized_keys':
      return `There is no field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')} here. Leave it out.`;
    case 'invalid_format':
      return 'Give it in another form: it cannot be read as it is.';
    case 'invalid_union':
      return 'Give another value: it is none of what is taken here.';
    default:
      return undefined;
  }
};

function unit(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' of them' : '';
}
