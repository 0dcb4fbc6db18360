import {
  AliasNotFoundError,
  type ApplicationText,
  ArgumentParseError,
  FlagNotFoundError,
  text_en,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core';
import { counted, sentence } from '@/text/words';

/** What the parser says of a command line that is wrong. */
export const words: ApplicationText = {
  ...text_en,
  noCommandRegisteredForInput: ({ input, corrections }) => `There is no command ${input}${meant(corrections)}`,
  exceptionWhileParsingArguments: problemOf,
};

function problemOf(error: unknown): string {
  if (error instanceof FlagNotFoundError) {
    return `There is no flag --${error.input} here${meant(error.corrections.map((each) => `--${each}`))}`;
  }
  if (error instanceof AliasNotFoundError) return `There is no flag -${error.input} here.`;
  if (error instanceof ArgumentParseError) {
    const { externalFlagNameOrPlaceholder: name, exception } = error;
    return sentence(`${name}: ${exception instanceof Error ? exception.message : exception}`);
  }
  if (error instanceof UnsatisfiedFlagError) return `--${error.externalFlagName} needs a value.`;
  if (error instanceof UnsatisfiedPositionalError) return `It needs a <${error.placeholder}>.`;
  if (error instanceof UnexpectedPositionalError) {
    const { expectedCount: count, input } = error;
    return `${input} is too much: it takes ${count === 0 ? 'no argument' : counted(count, 'argument')}.`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** The parser puts some of them between quotes of its own. */
const meant = (corrections: readonly string[]) =>
  corrections.length > 0 ? `: did you mean ${corrections.map((each) => each.replaceAll('`', '')).join(' or ')}?` : '.';
