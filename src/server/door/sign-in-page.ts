import { createHash } from 'node:crypto';
import { SIGN_IN } from './access';

/** The look of the app without its scripts, which whoever sees this may not have yet. */
const STYLE = `
:root { color-scheme: light dark; font: 14px/1.5 Inter, system-ui, sans-serif }
body { margin: 0; min-height: 100dvh; display: grid; place-items: center }
main { box-sizing: border-box; width: min(24rem, 100vw); padding: 1rem }
h1 { font-size: 1.25rem }
label { display: block; font-weight: 600 }
input, button { box-sizing: border-box; width: 100%; margin-top: .5rem; padding: .5rem; font: inherit }
code { overflow-wrap: anywhere }
`;

/** Nothing but this one style may come from anywhere, and the form goes nowhere else. */
export const SIGN_IN_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  // Not 'no-referrer': with that, browsers hide where a form comes from, and such forms are not taken.
  'referrer-policy': 'same-origin',
};

/**
 * A page that asks for the token.
 * @param to the path to go on to
 * @param problem what was wrong with the last one, as a sentence
 */
export function signInPage(to: string, problem: string | null): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in · Spicerack</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Sign in to Spicerack</h1>
<form method="post" action="${SIGN_IN}">
<input type="hidden" name="to" value="${escapeHtml(to)}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus${problem ? ' aria-invalid="true" aria-describedby="problem"' : ''}>
${problem ? `<p id="problem" role="alert">${escapeHtml(problem)}</p>` : ''}
<button>Sign in</button>
</form>
<p>It is what <code>SPICERACK_TOKEN</code> was set to where the server was started.</p>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
