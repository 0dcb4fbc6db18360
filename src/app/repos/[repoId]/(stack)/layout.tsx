import type { ReactNode } from 'react';
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
  return (
    <>
      <RepoPage repoId={repoId} />
      {children}
    </>
  );
}
