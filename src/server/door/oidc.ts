import * as oidc from 'openid-client';
import type { Person } from '@/access/allow';
import type { Config } from '@/config';
import { type Begun, PROVIDER_TIMEOUT_S, type Provider } from './provider';

export function oidcProvider(settings: NonNullable<Config['oidc']>): Provider {
  const issuer = new URL(settings.issuer);
  let discovered: Promise<oidc.Configuration> | null = null;

  /** Asked at the first sign-in, and again where it did not answer. */
  function configuration(): Promise<oidc.Configuration> {
    discovered ??= oidc
      .discovery(issuer, settings.clientId, settings.clientSecret ?? undefined, undefined, {
        timeout: PROVIDER_TIMEOUT_S,
        // The settings take this from this machine alone.
        execute: issuer.protocol === 'http:' ? [oidc.allowInsecureRequests] : [],
      })
      .catch((error: unknown) => {
        discovered = null;
        throw error;
      });
    return discovered;
  }

  return {
    name: issuer.host,
    async begin(callback, to) {
      const config = await configuration();
      const verifier = oidc.randomPKCECodeVerifier();
      const begun: Begun = { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier, to };
      const url = oidc.buildAuthorizationUrl(config, {
        redirect_uri: callback,
        scope: settings.scopes,
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { url: url.href, begun };
    },
    async end(came, { state, nonce, verifier }) {
      const config = await configuration();
      const tokens = await oidc.authorizationCodeGrant(config, came, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const inToken = tokens.claims() ?? { sub: '' };
      const isWhole = settings.nameClaim in inToken && settings.groupsClaim in inToken;
      const more =
        isWhole || !config.serverMetadata().userinfo_endpoint
          ? {}
          : await oidc.fetchUserInfo(config, tokens.access_token, inToken.sub);
      return personOf({ ...more, ...inToken }, settings);
    },
  };
}

/**
 * Who somebody is by what the provider says of them.
 * @throws Error where it does not say it, or says an address that it has not verified: anybody could have given that
 */
export function personOf(
  claims: Record<string, unknown>,
  { nameClaim, groupsClaim }: Pick<NonNullable<Config['oidc']>, 'nameClaim' | 'groupsClaim'>,
): Person {
  const name = claims[nameClaim];
  if (typeof name !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(name)) {
    throw new Error(`The provider says no ${nameClaim} of whom it has signed in.`);
  }
  if (nameClaim === 'email' && claims.email_verified !== true) {
    throw new Error('The provider has not verified the mail address of whom it has signed in.');
  }
  const groups = claims[groupsClaim];
  const list = Array.isArray(groups) ? groups : [groups];
  return { name, groups: list.filter((group): group is string => typeof group === 'string') };
}
