import { type ComponentProps, lazy, Suspense } from 'react';
import { useTypedAhead } from '../../typed-ahead';

const ChooseParent = lazy(() => import('./choose-parent'));

/** Asks which branch another one shall stand on; what is typed while the dialog is loaded stands in it. */
export function AskForParent(props: ComponentProps<typeof ChooseParent>) {
  useTypedAhead(true, props.close);
  return (
    <Suspense>
      <ChooseParent {...props} />
    </Suspense>
  );
}
