import * as oidc from 'openid-client';
import { z } from 'zod';
import type { Person } from '@/access/allow';
import type { Config } from '@/config';

/** What a browser keeps between leaving for the provider and coming back: it alone can finish what it has begun. */
export interface Begun {
  state: string;
  nonce: string;
  verifier: string;
  /** Where to go on to. */
  to: string;
}

const Kept = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), to: z.string() });

export function writeBegun(begun: Begun): string {
  return Buffer.from(JSON.stringify(begun)).toString('base64url');
}

/** @returns null where there is nothing that could be one */
export function readBegun(kept: string | null): Begun | null {
  try {
    return Kept.parse(JSON.parse(Buffer.from(kept ?? '', 'base64url').toString()));
  } catch (_notOurs) {
    return null;
  }
}

/** A provider of OpenID Connect. What goes wrong there is thrown. */
export interface OidcProvider {
  /** Its host, for people. */
  name: string;
  /** @param callback where it sends the browser back to, as it knows it */
  begin(callback: string, to: string): Promise<{ url: string; begun: Begun }>;
  /** Who came back. @param came the address with all that the provider has put into it */
  end(came: URL, begun: Begun): Promise<Person>;
}

/** In seconds: nobody waits longer for somebody else's server. */
const TIMEOUT_S = 10;

export function oidcProvider(settings: NonNullable<Config['oidc']>): OidcProvider {
  const issuer = new URL(settings.issuer);
  let discovered: Promise<oidc.Configuration> | null = null;

  /** Asked at the first sign-in, and again where it did not answer. */
  function configuration(): Promise<oidc.Configuration> {
    discovered ??= oidc
      .discovery(issuer, settings.clientId, settings.clientSecret ?? undefined, undefined, {
        timeout: TIMEOUT_S,
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
