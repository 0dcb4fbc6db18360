import type { ReactNode } from 'react';
import { preload } from 'react-dom';
import { queryAddress } from '@/ui/query-address';
import { RepoPage } from '@/ui/repos/repo-page';

/** A repo's page, which stays while its branches are opened one after the other. */
export default async function Layout({
  params,
  children,
}: {
  params: Promise<{ repoId: string }>;
  children: ReactNode;
}) {
  const { repoId } = await params;
  // Asked for by the HTML: on a slow line the scripts come seconds later.
  preload(queryAddress('repos.overview', { repoId }), { as: 'fetch', crossOrigin: 'anonymous' });
  return (
    <>
      <RepoPage repoId={repoId} />
      {children}
    </>
  );
}
