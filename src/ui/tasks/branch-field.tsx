'use client';

import { Autocomplete } from '@base-ui/react/autocomplete';
import type { ReactNode } from 'react';
import { Field } from '../controls';

/** More are found by typing. */
const SHOWN = 50;

/** A field for a branch: chosen from the list, or typed though nobody has seen it. */
export function BranchField({
  label,
  name,
  choices,
  value,
  change,
  problem,
  hint,
  placeholder,
}: {
  label: string;
  name: string;
  choices: string[];
  value: string;
  change: (value: string) => void;
  problem?: string | undefined;
  hint?: ReactNode;
  placeholder?: string;
}) {
  return (
    <Autocomplete.Root items={choices} limit={SHOWN} value={value} onValueChange={change} openOnInputClick>
      <Field label={label} problem={problem} hint={hint}>
        {({ className, ...props }) => (
          <Autocomplete.Input
            {...props}
            name={name}
            placeholder={placeholder}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            className={`${className} font-mono text-xs`}
          />
        )}
      </Field>
      <Autocomplete.Portal>
        <Autocomplete.Positioner sideOffset={4} className="z-30">
          <Autocomplete.Popup className="w-(--anchor-width) rounded-popup border border-hairline bg-raised p-1 shadow-lg empty:hidden data-empty:hidden">
            <Autocomplete.List className="max-h-60 overflow-y-auto">
              {(choice: string) => (
                <Autocomplete.Item
                  key={choice}
                  value={choice}
                  className="touch cursor-default truncate rounded-control px-2 py-1 font-mono text-xs data-highlighted:bg-selected"
                >
                  {choice}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Popup>
        </Autocomplete.Positioner>
      </Autocomplete.Portal>
    </Autocomplete.Root>
  );
}
