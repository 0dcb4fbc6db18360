import { createHash } from 'node:crypto';
import { LEAVE, SIGN_IN } from './access';

/** The look of the app (`app/globals.css`) without its style sheet, which whoever sees this may not have yet. */
const STYLE = `
:root { color-scheme: light dark; font: 14px/1.5 "Inter Variable", Inter, system-ui, sans-serif }
body {
  margin: 0; min-height: 100dvh; display: grid; place-items: center;
  background: light-dark(#f9fafc, #0e1015); color: light-dark(#191d24, #ebedf0);
}
main {
  box-sizing: border-box; width: min(24rem, calc(100vw - 2rem)); padding: 1.5rem; border-radius: .5rem;
  background: light-dark(#ffffff, #16181d); border: 1px solid light-dark(#dee0e3, #2b2e34);
}
h1 { margin: 0 0 1rem; font-size: 1.25rem; line-height: 1.4 }
label { display: block; font-weight: 500 }
input, button, main > a { box-sizing: border-box; width: 100%; padding: .5rem .75rem; border-radius: .375rem; font: inherit }
input {
  margin-top: .25rem; background: transparent; color: inherit; border: 1px solid light-dark(#7e828a, #70747d);
}
input[aria-invalid] { border-color: light-dark(#b31319, #fd837d) }
button {
  margin-top: 1rem; font-weight: 500; cursor: pointer; border: 1px solid transparent;
  background: light-dark(#3655cd, #90aefe); color: light-dark(#ffffff, #0c111f);
}
main > a {
  display: block; text-align: center; text-decoration: none; font-weight: 500; margin-bottom: 1rem;
  background: light-dark(#3655cd, #90aefe); color: light-dark(#ffffff, #0c111f);
}
:focus-visible { outline: 2px solid light-dark(#3655cd, #90aefe); outline-offset: 2px }
p { margin: 1rem 0 0; color: light-dark(#565b64, #a5a9b1) }
main > [role=alert] { margin: 0 0 1rem }
[role=alert] { margin-top: .5rem; color: light-dark(#b31319, #fd837d) }
code { overflow-wrap: anywhere }
`;

/** Nothing but this one style may come from anywhere, and the form goes nowhere else. */
export const SIGN_IN_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  // Not 'no-referrer': with that, browsers hide where a form comes from, and such forms are not taken.
  'referrer-policy': 'same-origin',
};

/** What the page asks, and where it leads. */
export interface SignInForm {
  /** The path to go on to. */
  to: string;
  /** What was wrong with the last try, as a sentence. */
  problem: string | null;
  /** Whether that was at the provider, and not with a token. */
  ofProvider?: boolean;
}

/**
 * A page that asks who somebody is.
 * @param provider where one can sign in without a token
 */
export function signInPage({ to, problem, ofProvider = false }: SignInForm, provider: string | null): string {
  const alert = problem === null ? '' : `<p id="problem" role="alert">${escapeHtml(problem)}</p>`;
  const ofToken = alert !== '' && !ofProvider;
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
${ofProvider ? alert : ''}
${
  provider
    ? `<a href="${LEAVE}?to=${encodeURIComponent(to)}">Sign in with ${escapeHtml(provider)}</a>
<p>Or with a token:</p>`
    : ''
}
<form method="post" action="${SIGN_IN}">
<input type="hidden" name="to" value="${escapeHtml(to)}">
<label for="token">Token</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus${ofToken ? ' aria-invalid="true" aria-describedby="problem"' : ''}>
${ofToken ? alert : ''}
<button>Sign in</button>
</form>
<p>One that was made for you, or what <code>SPICERACK_TOKEN</code> was set to where the server was started.</p>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
