/** Colours a text of a language: nodes that the diff's own tokens are made of. */
export type Highlight = (text: string, language: string) => never[];

const LANGUAGES: Record<string, string> = {
  bash: 'bash sh zsh',
  c: 'c h',
  cpp: 'cc cpp cxx hh hpp hxx',
  csharp: 'cs',
  css: 'css',
  diff: 'diff patch',
  go: 'go',
  graphql: 'gql graphql',
  ini: 'cfg conf ini toml',
  java: 'java',
  javascript: 'cjs js jsx mjs',
  json: 'json jsonc webmanifest',
  kotlin: 'kt kts',
  less: 'less',
  lua: 'lua',
  makefile: 'makefile mk',
  markdown: 'markdown md mdx',
  objectivec: 'm mm',
  perl: 'pl pm',
  php: 'php',
  python: 'py pyi',
  r: 'r',
  ruby: 'gemfile rakefile rb',
  rust: 'rs',
  scss: 'scss',
  sql: 'sql',
  swift: 'swift',
  typescript: 'cts mts ts tsx',
  vbnet: 'vb',
  xml: 'htm html plist svg vue xhtml xml',
  yaml: 'yaml yml',
};

const BY_ENDING = new Map(
  Object.entries(LANGUAGES).flatMap(([language, endings]) => endings.split(' ').map((ending) => [ending, language])),
);

/** The language that a file is taken for by its name; null where none is known. */
export function languageOf(path: string): string | null {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  return BY_ENDING.get(name.slice(name.lastIndexOf('.') + 1)) ?? null;
}
