import { ActivityPage } from '@/ui/activity/activity-page';

export default async function Page({ params }: { params: Promise<{ repoId: string }> }) {
  const { repoId } = await params;
  return <ActivityPage repoId={repoId} />;
}
