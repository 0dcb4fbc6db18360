import { type ComponentProps, Suspense } from 'react';
import { laterPart } from '../../later/later-part';
import { useTypedAhead } from '../../later/typed-ahead';

const ChooseParent = laterPart(() => import('./choose-parent'), { what: 'The dialog', leave: ({ close }) => close });

/** Asks which branch another one shall stand on; what is typed while the dialog is loaded stands in it. */
export function AskForParent(props: ComponentProps<typeof ChooseParent>) {
  useTypedAhead(true, props.close);
  return (
    <Suspense>
      <ChooseParent {...props} />
    </Suspense>
  );
}
