import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './globals.css';
import type { Metadata, Viewport } from 'next';
import { cookies, headers } from 'next/headers';
import type { ReactNode } from 'react';
import { readAsker } from '@/access/asker';
import { MeProvider } from '@/ui/me';
import { Providers } from '@/ui/providers';
import { asksFirst } from '@/ui/query-address';
import { Shell } from '@/ui/shell/shell';
import { chosenTheme, THEME_COOKIE } from '@/ui/themes';

/** The nonce of an answer's scripts is made anew each time, so no page can be made beforehand. */
export const dynamic = 'force-dynamic';

export const metadata: Metadata = {
  description: 'Stacked branches: what needs doing, and the button that does it.',
};

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f9fafc' },
    { media: '(prefers-color-scheme: dark)', color: '#0e1015' },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { name, role, hasSession } = readAsker(await headers());
  // The rail and the count of what needs one are on every page.
  asksFirst('repos.list');
  const theme = chosenTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme}>
      <body>
        <MeProvider me={{ name, role, hasSession }}>
          <Providers>
            <Shell>{children}</Shell>
          </Providers>
        </MeProvider>
        {/* The document has its first title, which is a page's own where there is one: those stand in the head. This one
        stays here, for React moves no title that has an `itemProp`; one that it moves, or Next's metadata, would be put
        before that of a page that comes from the server. */}
        <title itemProp="name">Spicerack</title>
      </body>
    </html>
  );
}
