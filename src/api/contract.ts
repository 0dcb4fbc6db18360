import type { FeedMessage, Spicerack } from '@spicerack/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { FeedMessage as OurMessage } from '@/feed/events';
import type { AppRouter } from './router';

/**
 * Holds the contract of `packages/client` and this API together, in both directions: where one of them changes alone,
 * this does not compile, and names the call.
 */

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;
type Same<A, B> = [A] extends [B]
  ? [B] extends [A]
    ? // What may be left out fits both ways, so its names are held too.
      [KeysOf<A>, KeysOf<B>] extends [KeysOf<B>, KeysOf<A>]
      ? true
      : 'a field that may be left out is in one of them alone'
    : 'the API has less than the contract'
  : 'the API has more than the contract';
/** The input of a call that takes none. */
type Nothing = ReturnType<() => void>;
type KeysOf<T> = T extends unknown ? keyof T : never;

/** A key of idempotency is an option of the call there. */
type GivenInput<I> = I extends object ? Omit<I, 'idempotencyKey'> : I;
type TakesNothing<I> = [I] extends [Nothing] ? true : [keyof GivenInput<NonNullable<I>>] extends [never] ? true : false;
type TakesKey<T> = 'idempotencyKey' extends KeysOf<NonNullable<T>> ? true : false;
type Last<T extends unknown[]> = Required<T> extends [...unknown[], infer L] ? L : never;
type Plain<T> = { [K in keyof T]: T[K] };

type Checked<Area extends keyof Inputs & keyof Spicerack> = {
  [Name in keyof Inputs[Area] & keyof Spicerack[Area]]: Spicerack[Area][Name] extends (
    ...args: infer Args
  ) => Promise<infer Output>
    ? {
        output: Same<Outputs[Area][Name & keyof Outputs[Area]], Output>;
        key: Same<TakesKey<Inputs[Area][Name]>, TakesKey<Last<Args>>>;
        input: TakesNothing<Inputs[Area][Name]> extends true
          ? true
          : Same<Plain<GivenInput<NonNullable<Inputs[Area][Name]>>>, NonNullable<Args[0]>>;
      }
    : 'is no call';
};
type Missing<Area extends keyof Inputs & keyof Spicerack> = Exclude<keyof Inputs[Area], keyof Spicerack[Area]>;

type AllTrue = { output: true; key: true; input: true };
type Held<Area extends keyof Inputs & keyof Spicerack> = [Missing<Area>] extends [never]
  ? { [Name in keyof Checked<Area>]: Checked<Area>[Name] extends AllTrue ? true : Checked<Area>[Name] }
  : { missing: Missing<Area> };

type AreTrue<T extends Record<string, true>> = T;

/** Each call of the API, and whether it is held. */
export type ContractHolds = [
  AreTrue<Held<'repos'>>,
  AreTrue<Held<'branches'>>,
  AreTrue<Held<'jobs'>>,
  AreTrue<Held<'tasks'>>,
  AreTrue<Held<'forecast'>>,
  AreTrue<Held<'changes'>>,
  AreTrue<Held<'system'>>,
  AreTrue<Held<'access'>>,
  AreTrue<{
    areas: Same<
      Exclude<keyof Inputs, 'feed'>,
      Exclude<keyof Spicerack, 'watch' | 'waitForJob' | 'waitForForecast' | 'waitForChanges'>
    >;
  }>,
  AreTrue<{ feed: Same<OurMessage, FeedMessage> }>,
];
