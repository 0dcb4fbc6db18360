import { common, createLowlight } from 'lowlight';
import type { Highlight } from './highlight';

const lowlight = createLowlight(common);

/** Colours code. Loaded when the first diff is shown. */
export const highlighter: Highlight = (text, language) => lowlight.highlight(language, text).children as never[];
