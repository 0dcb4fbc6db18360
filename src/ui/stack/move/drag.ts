import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import {
  draggable,
  dropTargetForElements,
  monitorForElements,
} from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { pointerOutsideOfPreview } from '@atlaskit/pragmatic-drag-and-drop/element/pointer-outside-of-preview';
import { setCustomNativeDragPreview } from '@atlaskit/pragmatic-drag-and-drop/element/set-custom-native-drag-preview';
import { autoScrollWindowForElements } from '@atlaskit/pragmatic-drag-and-drop-auto-scroll/element';
import { visible } from '@/text/visible';

/** Makes a row a place to drop on, and one to drag where it may be moved. Returns what ends it. */
export function dragRow(
  element: HTMLElement,
  { name, above, movable }: { name: string; above: number; movable: boolean },
): () => void {
  const target = dropTargetForElements({ element, getData: () => ({ name }) });
  if (!movable) return target;
  const source = draggable({
    element,
    getInitialData: () => ({ name }),
    onGenerateDragPreview: ({ nativeSetDragImage }) =>
      setCustomNativeDragPreview({
        nativeSetDragImage,
        getOffset: pointerOutsideOfPreview({ x: '12px', y: '8px' }),
        render: ({ container }) => {
          const chip = document.createElement('span');
          chip.className = 'rounded-control border border-line bg-raised px-2 py-1 text-text text-sm font-medium';
          chip.textContent = visible(above > 0 ? `${name} + ${above} above` : name);
          container.append(chip);
        },
      }),
  });
  return combine(target, source);
}

/** Tells of every drag of a row on the page, and scrolls at the window's edges. Returns what ends it. */
export function watchDrags(on: {
  start: (branch: string) => void;
  /** The row that it is over now. */
  over: (target: string | null) => void;
  drop: (target: string | null) => void;
}): () => void {
  return combine(
    monitorForElements({
      onDragStart: ({ source }) => on.start(nameOf(source) ?? ''),
      onDropTargetChange: ({ location }) => on.over(nameOf(location.current.dropTargets[0])),
      onDrop: ({ location }) => on.drop(nameOf(location.current.dropTargets[0])),
    }),
    autoScrollWindowForElements(),
  );
}

function nameOf(part: { data: Record<string | symbol, unknown> } | undefined): string | null {
  return typeof part?.data.name === 'string' ? part.data.name : null;
}
