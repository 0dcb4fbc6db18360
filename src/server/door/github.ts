import * as oauth from 'openid-client';
import { z } from 'zod';
import type { Person } from '@/access/allow';
import type { Config } from '@/config';
import { timeLimit } from '@/time-limit';
import { type Begun, PROVIDER_TIMEOUT_S, type Provider } from './provider';

/** Tells organisations and teams, those that are not public too; nobody's mail address is asked for. */
const SCOPE = 'read:org';

/** The most pages of a hundred organisations or teams that are asked for. */
const MOST_PAGES = 10;

const Login = z.string().regex(/^[\w-]{1,100}$/);
const User = z.object({ login: Login });
const Organisations = z.array(z.object({ login: Login }));
const Teams = z.array(z.object({ slug: z.string().max(300), organization: z.object({ login: Login }) }));

/** GitHub, or a GitHub Enterprise server, which speaks OAuth and no OpenID Connect: who came is asked of its API. */
export function gitHubProvider(settings: NonNullable<Config['gitHubSignIn']>): Provider {
  const { origin, host, hostname } = new URL(settings.url);
  const api = hostname === 'github.com' ? 'https://api.github.com' : `${origin}/api/v3`;
  const server = {
    issuer: `${origin}/login/oauth`,
    authorization_endpoint: `${origin}/login/oauth/authorize`,
    token_endpoint: `${origin}/login/oauth/access_token`,
    code_challenge_methods_supported: ['S256'],
  };
  const configuration = new oauth.Configuration(
    server,
    settings.clientId,
    undefined,
    oauth.ClientSecretPost(settings.clientSecret),
  );
  configuration.timeout = PROVIDER_TIMEOUT_S;
  // The settings take this from this machine alone.
  if (origin.startsWith('http:')) oauth.allowInsecureRequests(configuration);

  async function ask(token: string, path: string): Promise<unknown> {
    const response = await fetch(`${api}${path}`, {
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        // GitHub refuses requests without one.
        'user-agent': 'spicerack',
      },
      cache: 'no-store',
      // The token is for this host alone.
      redirect: 'error',
      signal: timeLimit(PROVIDER_TIMEOUT_S * 1000),
    });
    if (!response.ok) throw new Error(`${host} answers ${response.status} to ${path.replace(/\?.*/, '')}.`);
    return response.json();
  }

  async function all<T>(token: string, path: string, pages: z.ZodType<T[]>): Promise<T[]> {
    const found: T[] = [];
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const more = pages.parse(await ask(token, `${path}?per_page=100&page=${page}`));
      found.push(...more);
      if (more.length < 100) break;
    }
    return found;
  }

  return {
    name: host,
    async begin(callback, to) {
      const verifier = oauth.randomPKCECodeVerifier();
      const begun: Begun = { state: oauth.randomState(), nonce: '', verifier, to };
      const url = oauth.buildAuthorizationUrl(configuration, {
        redirect_uri: callback,
        scope: SCOPE,
        state: begun.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, begun };
    },
    async end(came, { state, verifier }): Promise<Person> {
      const { access_token: token } = await oauth.authorizationCodeGrant(configuration, came, {
        expectedState: state,
        pkceCodeVerifier: verifier,
      });
      const { login } = User.parse(await ask(token, '/user'));
      const [organisations, teams] = await Promise.all([
        all(token, '/user/orgs', Organisations),
        all(token, '/user/teams', Teams),
      ]);
      return {
        name: login,
        groups: [
          ...organisations.map((each) => each.login),
          ...teams.map(({ slug, organization }) => `${organization.login}/${slug}`),
        ],
      };
    },
  };
}
