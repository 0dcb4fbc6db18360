import { RepoPage } from '@/ui/repos/repo-page';

export default async function Page({ params }: { params: Promise<{ repoId: string }> }) {
  const { repoId } = await params;
  return <RepoPage repoId={repoId} />;
}
