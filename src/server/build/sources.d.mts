export const BUILDS: string;
export const FINISHED: string;
export const SERVER: string;
export function buildOf(root: string): Promise<string>;
export function digestOf(paths: string[], dir: string): Promise<string>;
