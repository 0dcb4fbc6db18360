import type { Session } from '../context/session';
import { EXIT, usage } from '../out/exit';

/** What each shell has to be told; the words come from the program itself (`spicerack __complete`). */
const SCRIPTS: Record<string, string> = {
  bash: `_spicerack() {
  local IFS=$'\\n'
  COMPREPLY=($(spicerack __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _spicerack spicerack`,
  zsh: `#compdef spicerack
_spicerack() {
  local -a found
  found=("\${(@f)$(spicerack __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $found
}
compdef _spicerack spicerack`,
  fish: `complete -c spicerack -f -a '(spicerack __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`,
};

export async function completion(session: Session, _flags: object, shell: string) {
  const script = SCRIPTS[shell];
  if (script === undefined)
    throw usage(`There is no completion for ${shell}.`, `Choose one of ${Object.keys(SCRIPTS).join(', ')}.`);
  session.out.result({ shell, script }, () => script.split('\n'));
  return EXIT.ok;
}
