import type { ReactNode } from 'react';
import { asksFirst } from '@/ui/query-address';

/** Every page of a repo is made of its overview. */
export default async function Layout({
  params,
  children,
}: {
  params: Promise<{ repoId: string }>;
  children: ReactNode;
}) {
  asksFirst('repos.overview', { repoId: (await params).repoId });
  return children;
}
