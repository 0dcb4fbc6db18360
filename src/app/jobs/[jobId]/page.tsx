import { JobPage } from '@/ui/jobs/job-page';

export default async function Page({ params }: { params: Promise<{ jobId: string }> }) {
  const { jobId } = await params;
  return <JobPage jobId={jobId} />;
}
