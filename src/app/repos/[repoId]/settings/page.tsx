import { SettingsPage } from '@/ui/settings/settings-page';

export default async function Page({ params }: { params: Promise<{ repoId: string }> }) {
  const { repoId } = await params;
  return <SettingsPage repoId={repoId} />;
}
