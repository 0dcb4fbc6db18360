import { NeedsPage } from '@/ui/needs/needs-page';

export default async function Page({ params }: { params: Promise<{ repoId: string }> }) {
  const { repoId } = await params;
  return <NeedsPage repoId={repoId} />;
}
